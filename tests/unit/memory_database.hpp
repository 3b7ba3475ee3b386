#pragma once

#include "counter/shard/shared_ledger.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace unit {

/// What several servers share, in memory.
struct memory_database {
  struct row {
    std::uint64_t version = 0;
    std::optional<counter::state> current{};  ///< nullopt: deleted

    bool operator==(const row&) const = default;
  };

  std::map<std::string, row, std::less<>> rows;
  std::map<std::string, counter::idempotency_record, std::less<>> records;
  counter::time_point now{std::chrono::milliseconds{1'800'000'000'000}};
  std::int64_t counters = 0, idempotency_records = 0;
  std::size_t begins = 0, commits = 0, ends = 0;
};

/// A writer that fails when it is told to. Locks nothing: `meanwhile` is what others do.
class memory_writer final : public counter::shared_writer {
public:
  using result = counter::transaction_result;

  explicit memory_writer(memory_database& shared) : shared_(shared) {}

  void begin_group() noexcept override {}

  result begin(lookup& wanted) noexcept override {
    if (const auto planned = std::exchange(next_begin, result::ok); planned != result::ok)
      return planned;
    ++shared_.begins;
    last_mode = wanted.mode;
    for (auto& row : wanted.rows) {
      const auto found = shared_.rows.find(row.name);
      row.version = found == shared_.rows.end() ? 0 : found->second.version;
      row.current = found == shared_.rows.end() ? std::nullopt : found->second.current;
    }
    for (auto& record : wanted.records) {
      const auto found = shared_.records.find(record.id);
      record.current = found == shared_.records.end() ? std::nullopt : std::optional{found->second};
    }
    wanted.now = shared_.now;
    wanted.others = locked_others();
    if (meanwhile)
      std::exchange(meanwhile, nullptr)();
    return result::ok;
  }

  result begin_insert(counter::shared_usage& found) noexcept override {
    found = locked_others();
    return result::ok;
  }

  result commit(const counter::shared_changes& changes) noexcept override {
    const auto planned = std::exchange(next_commit, result::ok);
    if (planned != result::ok && planned != result::unknown)
      return planned;
    if (is_stale(changes))
      return result::conflict;
    ++shared_.commits;
    for (const auto& [row, after] : changes.rows)
      shared_.rows[std::string{row->name}] = {after ? after->version : changes.version, after};
    for (const auto& [id, record, replaced] : changes.records)
      shared_.records[std::string{id}] = *record;
    shared_.counters += changes.counters;
    shared_.idempotency_records += changes.idempotency_records;
    own_.counters += changes.counters;
    own_.idempotency_records += changes.idempotency_records;
    return planned;
  }

  result end(bool /*confirms*/) noexcept override {
    ++shared_.ends;
    return result::ok;
  }

  result sweep(std::size_t /*max*/, counter::sweep_report& report) noexcept override {
    for (auto& [name, row] : shared_.rows)
      if (row.current && row.current->expires_at && *row.current->expires_at <= shared_.now) {
        row.current.reset();
        ++report.counters;
      }
    report.idempotency_records = static_cast<std::int64_t>(std::erase_if(
        shared_.records, [&](const auto& each) { return each.second.forget_at <= shared_.now; }));
    shared_.counters -= report.counters;
    shared_.idempotency_records -= report.idempotency_records;
    own_.counters -= report.counters;
    own_.idempotency_records -= report.idempotency_records;
    report.others = others;
    report.is_done = true;
    return result::ok;
  }

  bool is_missing() const noexcept override { return false; }
  bool is_away() const noexcept override { return false; }
  bool reconnect() noexcept override { return true; }

  result next_begin = result::ok;
  result next_commit = result::ok;  ///< unknown: it is written all the same
  std::function<void()> meanwhile;  ///< after the next begin()
  std::optional<counter::shared_usage> others;
  mode last_mode = mode::write;

private:
  bool is_stale(const counter::shared_changes& changes) const {
    const auto version_of = [this](std::string_view name) {
      const auto found = shared_.rows.find(name);
      return found == shared_.rows.end() ? 0 : found->second.version;
    };
    const auto forget_at_of = [this](std::string_view id) {
      const auto found = shared_.records.find(id);
      return found == shared_.records.end() ? counter::time_point{} : found->second.forget_at;
    };
    return std::any_of(changes.rows.begin(), changes.rows.end(),
                       [&](const auto& change) {
                         return version_of(change.row->name) != change.row->version;
                       }) ||
           std::any_of(changes.missing.begin(), changes.missing.end(),
                       [&](std::string_view name) { return version_of(name) != 0; }) ||
           std::any_of(changes.records.begin(), changes.records.end(), [&](const auto& change) {
             return forget_at_of(change.id) != change.replaced_forget_at;
           });
  }

  counter::shared_usage locked_others() const {
    return {shared_.counters - own_.counters,
            shared_.idempotency_records - own_.idempotency_records};
  }

  memory_database& shared_;
  counter::shared_usage own_;
};

}  // namespace unit
