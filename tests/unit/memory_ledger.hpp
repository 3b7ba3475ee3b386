#pragma once

#include "counter/shard/ledger.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace unit {

/// A ledger in memory that fails on demand. Its writers check their callers: they throw
/// std::logic_error if a state before, a growth or a time is wrong.
class memory_ledger : public counter::ledger {
public:
  // -- results of the next calls ------------------------------------------------

  counter::commit_result next_commit = counter::commit_result::ok;
  bool stores_unknown = false;  ///< whether a commit with result `unknown` is stored
  counter::outcome read_outcome = counter::outcome::ok;
  bool has_backups = true;
  counter::health reported_health = counter::health::good;
  std::function<void()> on_commit;  ///< called when a commit begins
  int commits = 0;
  int reads = 0;  ///< names passed to read()

  counter::ledger_statistics reported_statistics{};

  // -- what is stored -----------------------------------------------------------

  using key = std::tuple<counter::time_point, counter::due_entry::kind_type, std::string>;
  struct contents {
    std::map<std::string, counter::state, std::less<>> counters;
    std::map<std::string, counter::idempotency_record, std::less<>> idempotency_records;
    std::map<key, bool> due;  // only the keys
  };
  contents committed;

  /// Restarts: summary() tells the current contents.
  void reopen() {
    summary_.counters = committed.counters.size();
    summary_.idempotency_records = committed.idempotency_records.size();
    next_commit = counter::commit_result::ok;
  }

  counter::ledger_traits traits() const noexcept override { return {"fake", has_backups}; }
  counter::health health() const noexcept override { return reported_health; }
  counter::ledger_statistics statistics() const noexcept override { return reported_statistics; }

  const counter::ledger_summary& summary() const noexcept override { return summary_; }

  std::unique_ptr<counter::ledger_writer> open_writer(unsigned) override {
    return std::make_unique<writer>(*this);
  }

  counter::outcome read(std::span<const std::string_view> names,
                        std::span<std::optional<counter::state>> states) override {
    reads += static_cast<int>(names.size());
    for (std::size_t i = 0; is_readable() && i < names.size(); ++i)
      if (const auto entry = committed.counters.find(names[i]); entry != committed.counters.end())
        states[i] = entry->second;
    return read_outcome;
  }

  counter::outcome read_idempotency_record(
      std::string_view id, std::optional<counter::idempotency_record>& record) override {
    if (const auto entry = committed.idempotency_records.find(id);
        is_readable() && entry != committed.idempotency_records.end())
      record = entry->second;
    return read_outcome;
  }

  counter::outcome read_due(counter::time_point now, std::size_t max, std::string& position,
                            std::vector<counter::due_entry>& entries) override {
    if (!is_readable())
      return read_outcome;
    // A position stands for last_due_, the entry read last.
    auto next = committed.due.begin();
    if (!position.empty())
      next = committed.due.upper_bound(last_due_);
    for (; next != committed.due.end() && std::get<0>(next->first) <= now; ++next) {
      if (max-- == 0) {
        position = "last_due_";
        return counter::outcome::ok;
      }
      last_due_ = next->first;
      const auto& [at, kind, id] = next->first;
      entries.push_back({kind, id, at});
    }
    position.clear();
    return counter::outcome::ok;
  }

  counter::page list(const counter::page_request& query, counter::time_point now,
                     std::size_t steps) override {
    counter::page page;
    page.reached = query.after;
    for (auto next = committed.counters.upper_bound(query.after);; ++next) {
      page.is_last = next == committed.counters.end();
      if (page.is_last || page.counters.size() == query.limit || steps-- == 0)
        return page;
      page.reached = next->first;
      const auto& [name, state] = *next;
      if (name.starts_with(query.prefix) && (!state.expires_at || *state.expires_at > now))
        page.counters.push_back({name, state});
    }
  }

  counter::backup back_up(const std::string& name) override {
    return {counter::outcome::ok, "backups/" + name};
  }

private:
  bool is_readable() const { return read_outcome == counter::outcome::ok; }

  static void demand(bool condition, const char* message) {
    if (!condition)
      throw std::logic_error(message);
  }

  class writer final : public counter::ledger_writer {
  public:
    explicit writer(memory_ledger& owner) : owner_(owner) {}

    void put(std::string_view name, const std::optional<counter::state>& before,
             const std::optional<counter::state>& after) override {
      begin();
      auto& [counters, idempotency_records, due] = *next_;
      using counter::due_entry;
      const auto stored = counters.find(name);
      // A name that was put before in this group may be new: erased and created again.
      const bool is_same =
          before ? stored != counters.end() && stored->second == *before : stored == counters.end();
      demand(is_same || put_.contains(name), "put(): before is not the committed state");
      put_.insert(std::string{name});
      if (stored != counters.end()) {
        if (stored->second.expires_at)
          due.erase({*stored->second.expires_at, due_entry::kind_type::counter, std::string{name}});
        counters.erase(stored);
      }
      if (!after)
        return;
      counters.emplace(name, *after);
      if (after->expires_at)
        due[{*after->expires_at, due_entry::kind_type::counter, std::string{name}}] = true;
    }

    void remember(std::string_view id, const counter::idempotency_record& record) override {
      begin();
      demand(next_->idempotency_records.emplace(id, record).second,
             "remember(): the id has a record");
      next_->due[{record.forget_at, counter::due_entry::kind_type::idempotency_record,
                  std::string{id}}] = true;
    }

    void forget(std::string_view id, counter::time_point forget_at) override {
      begin();
      demand(next_->idempotency_records.erase(std::string{id}) == 1,
             "forget(): the id has no record");
      demand(next_->due.erase({forget_at, counter::due_entry::kind_type::idempotency_record,
                               std::string{id}}) == 1,
             "forget(): the record has another time");
    }

    counter::commit_result commit(std::uint64_t version, counter::time_point now,
                                  std::int64_t counters,
                                  std::int64_t idempotency_records) noexcept override {
      if (owner_.on_commit)
        owner_.on_commit();
      ++owner_.commits;
      const auto result = owner_.next_commit;
      if (result == counter::commit_result::ok ||
          (result == counter::commit_result::unknown && owner_.stores_unknown)) {
        begin();
        auto growth = [](std::size_t after, std::size_t before) {
          return static_cast<std::int64_t>(after) - static_cast<std::int64_t>(before);
        };
        demand(growth(next_->counters.size(), owner_.committed.counters.size()) == counters,
               "commit(): wrong growth of counters");
        demand(growth(next_->idempotency_records.size(),
                      owner_.committed.idempotency_records.size()) == idempotency_records,
               "commit(): wrong growth of idempotency records");
        demand(now >= owner_.summary_.now, "commit(): time runs backwards");
        for (const auto& [name, state] : next_->counters)
          demand(state.version <= version, "commit(): the version is not the greatest");
        owner_.committed = std::move(*next_);
        owner_.summary_.version = std::max(owner_.summary_.version, version);
        owner_.summary_.now = now;
      }
      next_.reset();
      put_.clear();
      return result;
    }
    std::chrono::nanoseconds sync_time() const noexcept override { return {}; }

  private:
    void begin() {
      if (!next_)
        next_ = owner_.committed;
    }

    memory_ledger& owner_;
    std::optional<contents> next_;
    std::set<std::string, std::less<>> put_;
  };

  counter::ledger_summary summary_;
  key last_due_;
};

}  // namespace unit
