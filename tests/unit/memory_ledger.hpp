#pragma once

#include "counter/shard/ledger.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
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

/// A ledger that keeps in memory, fails when it is told to, and throws when a
/// writer does not keep to its part: what was before, and how many there are,
/// is looked at.
class memory_ledger final : public counter::ledger {
public:
  // -- how the next calls go ----------------------------------------------------

  counter::commit_result next_commit = counter::commit_result::ok;
  bool keeps_unknown = false;  ///< whether one that is unknown is kept
  bool can_read = true;
  int commits = 0;
  int reads = 0;  ///< names that were asked for

  // -- what is kept -------------------------------------------------------------

  using key = std::tuple<counter::time_point, counter::due_entry::what, std::string>;
  struct contents {
    std::map<std::string, counter::state, std::less<>> counters;
    std::map<std::string, counter::idempotency_record, std::less<>> idempotency_records;
    std::map<key, bool> due;  // only the keys
  };
  contents kept;

  /// As after a restart.
  void reopen() {
    summary_.counters = kept.counters.size();
    summary_.idempotency_records = kept.idempotency_records.size();
    next_commit = counter::commit_result::ok;
  }

  const counter::ledger_summary& summary() const noexcept override { return summary_; }

  std::unique_ptr<counter::ledger_writer> open_writer(unsigned) override {
    return std::make_unique<writer>(*this);
  }

  bool read(std::span<const std::string_view> names,
            std::span<std::optional<counter::state>> found) override {
    reads += static_cast<int>(names.size());
    for (std::size_t i = 0; can_read && i < names.size(); ++i)
      if (const auto one = kept.counters.find(names[i]); one != kept.counters.end())
        found[i] = one->second;
    return can_read;
  }

  bool read_idempotency_record(std::string_view id,
                               std::optional<counter::idempotency_record>& found) override {
    if (const auto one = kept.idempotency_records.find(id);
        can_read && one != kept.idempotency_records.end())
      found = one->second;
    return can_read;
  }

  bool read_due(counter::time_point now, std::size_t max, std::string& position,
                std::vector<counter::due_entry>& found) override {
    if (!can_read)
      return false;
    // A position is the entry that was read last.
    auto next = kept.due.begin();
    if (!position.empty())
      next = kept.due.upper_bound(last_due_);
    for (; next != kept.due.end() && std::get<0>(next->first) <= now; ++next) {
      if (max-- == 0) {
        position = "there";
        return true;
      }
      last_due_ = next->first;
      const auto& [at, kind, id] = next->first;
      found.push_back({kind, id, at});
    }
    position.clear();
    return true;
  }

  counter::page list(const counter::page_request& request, counter::time_point now,
                     std::size_t steps) override {
    counter::page answer;
    answer.reached = request.after;
    for (auto next = kept.counters.upper_bound(request.after);; ++next) {
      answer.is_last = next == kept.counters.end();
      if (answer.is_last || answer.counters.size() == request.limit || steps-- == 0)
        return answer;
      answer.reached = next->first;
      const auto& [name, state] = *next;
      if (name.starts_with(request.prefix) && (!state.expires_at || *state.expires_at > now))
        answer.counters.push_back({name, state});
    }
  }

  counter::backup back_up(const std::string& name) override {
    return {counter::outcome::ok, "backups/" + name};
  }

private:
  static void demand(bool condition, const char* what) {
    if (!condition)
      throw std::logic_error(what);
  }

  class writer final : public counter::ledger_writer {
  public:
    explicit writer(memory_ledger& owner) : owner_(owner) {}

    void put(std::string_view name, const std::optional<counter::state>& before,
             const std::optional<counter::state>& after) override {
      begin();
      auto& [counters, idempotency_records, due] = *next_;
      using counter::due_entry;
      const auto found = counters.find(name);
      // Told again after it was erased, it is new.
      const bool is_same =
          before ? found != counters.end() && found->second == *before : found == counters.end();
      demand(is_same || told_.contains(name), "what was before is not what is kept");
      told_.insert(std::string{name});
      if (found != counters.end()) {
        if (found->second.expires_at)
          due.erase({*found->second.expires_at, due_entry::what::counter, std::string{name}});
        counters.erase(found);
      }
      if (!after)
        return;
      counters.emplace(name, *after);
      if (after->expires_at)
        due[{*after->expires_at, due_entry::what::counter, std::string{name}}] = true;
    }

    void remember(std::string_view id, const counter::idempotency_record& what) override {
      begin();
      demand(next_->idempotency_records.emplace(id, what).second, "remembered twice");
      next_->due[{what.forget_at, counter::due_entry::what::idempotency_record, std::string{id}}] =
          true;
    }

    void forget(std::string_view id, counter::time_point forget_at) override {
      begin();
      demand(next_->idempotency_records.erase(std::string{id}) == 1,
             "forgotten, but not remembered");
      demand(next_->due.erase(
                 {forget_at, counter::due_entry::what::idempotency_record, std::string{id}}) == 1,
             "forgotten at another time");
    }

    counter::commit_result commit(std::uint64_t version, counter::time_point now,
                                  std::int64_t counters,
                                  std::int64_t idempotency_records) noexcept override {
      ++owner_.commits;
      const auto how = owner_.next_commit;
      if (how == counter::commit_result::ok ||
          (how == counter::commit_result::unknown && owner_.keeps_unknown)) {
        begin();
        auto grown = [](std::size_t more, std::size_t fewer) {
          return static_cast<std::int64_t>(more) - static_cast<std::int64_t>(fewer);
        };
        demand(grown(next_->counters.size(), owner_.kept.counters.size()) == counters,
               "not so many counters more");
        demand(grown(next_->idempotency_records.size(), owner_.kept.idempotency_records.size()) ==
                   idempotency_records,
               "not so many replays more");
        demand(now >= owner_.summary_.now, "time runs backwards");
        for (const auto& [name, state] : next_->counters)
          demand(state.version <= version, "a version that was not given out");
        owner_.kept = std::move(*next_);
        owner_.summary_.version = std::max(owner_.summary_.version, version);
        owner_.summary_.now = now;
      }
      next_.reset();
      told_.clear();
      return how;
    }

  private:
    void begin() {
      if (!next_)
        next_ = owner_.kept;
    }

    memory_ledger& owner_;
    std::optional<contents> next_;
    std::set<std::string, std::less<>> told_;
  };

  counter::ledger_summary summary_;
  key last_due_;
};

}  // namespace unit
