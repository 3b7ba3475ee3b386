#include "tests/unit/durable_table_support.hpp"
#include "tests/unit/memory_ledger.hpp"
#include "tests/unit/model.hpp"
#include "tests/unit/model_rounds.hpp"
#include "tests/unit/random_commands.hpp"
#include "tests/unit/seed.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using counter::commit_result;
using counter::operation;
using counter::outcome;
using model::text;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t rounds = unit::is_sanitized ? 60 : 300;
constexpr std::size_t groups_in_a_round = 300;

/// How often each event has happened.
struct census {
  std::size_t commands = 0, groups = 0, full = 0, unknown = 0, restarts = 0, replayed = 0,
              replayed_refusals = 0;
};

/// A durable shard and its model, which get the same commands. The ledger fails at times,
/// and the shard restarts.
class pair {
public:
  pair(std::uint64_t seed, census& counts) : random_(seed), census_(counts) { restart(); }

  /// Returns nullopt, or a message about the difference.
  std::optional<std::string> step() {
    pass_time();
    const auto before = model_;
    fill();
    const auto expected = ask_model();
    disk_.next_commit = next_result();
    disk_.stores_unknown = random_.one_in(2);
    ++census_.groups;
    const auto result = shard_->commit(now_);
    switch (result) {
      case commit_result::ok:
        if (const auto difference = compare(expected))
          return difference;
        break;
      case commit_result::full:
        ++census_.full;
        roll_back(before);
        if (const auto difference = compare_reads())
          return difference;
        break;
      case commit_result::unknown:
        ++census_.unknown;
        if (!disk_.stores_unknown)
          roll_back(before);
        restart();
        break;
      case commit_result::refused:
        return "a commit was refused";
    }
    disk_.next_commit = commit_result::ok;
    if (random_.one_in(10))
      restart();
    return compare_stored();
  }

  std::optional<std::string> finish() const { return std::nullopt; }

  const unit::history& history() const { return history_; }

private:
  void restart() {
    history_.add("restart");
    ++census_.restarts;
    disk_.reopen();
    model_.set_version(disk_.summary().version);
    settings_.shard = 0;
    settings_.bytes_max = random_.pick<std::size_t>({0, 200, 1 << 20});
    shard_ = std::make_unique<unit::durable_shard>(disk_, settings_);
  }

  void roll_back(const model::counters& before) {
    history_.add("rolled back");
    const auto version = model_.version();
    model_ = before;
    model_.set_version(version);
    model_.pass(now_);
  }

  commit_result next_result() {
    switch (random_.roll(16)) {
      case 0:
        return commit_result::full;
      case 1:
        return commit_result::unknown;
      default:
        return commit_result::ok;
    }
  }

  /// Passes time and expires everything that is due: until then it takes up room, which
  /// the model does not know.
  void pass_time() {
    if (random_.one_in(4))
      now_ += milliseconds{random_.pick({1, 500, 1'000})};
    history_.add("it is " + std::to_string(now_.time_since_epoch().count()));
    do {
      shard_->begin().ask_expiry_sweep();
      shard_->commit(now_);
    } while (!shard_->expiry_sweep(0).is_done);
    model_.pass(now_);
  }

  void fill() {
    asked_.clear();
    shard_->begin();
    for (auto left = 1 + random_.roll(6); left > 0; --left) {
      any_command item;
      if (random_.one_in(3)) {
        item.in_short = {random_.pick({operation::get, operation::set, operation::add}),
                         model::names()[random_.roll(model::names().size())],
                         model::random_integer(random_) | 1};
        shard_->ask(item.in_short->operation, item.in_short->name, item.in_short->operand);
        history_.add("short " + std::to_string(static_cast<int>(item.in_short->operation)) + " \"" +
                     std::string{item.in_short->name.substr(0, 8)} + "\"");
      } else {
        item.in_full = choose();
        shard_->ask(item.in_full);
        history_.add(text(item.in_full));
      }
      asked_.push_back(std::move(item));
      if (random_.one_in(3))
        shard_->begin_batch();
    }
    census_.commands += asked_.size();
  }

  counter::full_command choose() {
    // A retry, as clients send it.
    if (!keyed_.empty() && random_.one_in(4))
      return keyed_[random_.roll(keyed_.size())];
    auto command = model::random_command(random_, model_.version());
    if (binds_ && !command.idempotency_key.empty() && !random_.one_in(4))
      model::bind(random_, command, now_);
    if (!command.idempotency_key.empty()) {
      keyed_.push_back(command);
      if (keyed_.size() > 4)
        keyed_.pop_front();
    }
    return command;
  }

  struct any_command {
    std::optional<counter::command> in_short;
    counter::full_command in_full;

    bool is_read() const {
      return (in_short ? in_short->operation : in_full.parameters.operation) == operation::get;
    }
  };
  struct any_reply {
    counter::reply in_short;
    counter::full_reply in_full;
  };

  any_reply ask_model(const any_command& item) {
    any_reply expected;
    if (item.in_short)
      expected.in_short = model_.apply(*item.in_short, now_);
    else
      expected.in_full = model_.apply(item.in_full, now_);
    return expected;
  }

  std::vector<any_reply> ask_model() {
    std::vector<any_reply> expected;
    for (const auto& item : asked_)
      expected.push_back(ask_model(item));
    return expected;
  }

  std::optional<std::string> compare(std::size_t i, const any_reply& expected) {
    if (asked_[i].in_short) {
      const auto reply = shard_->reply(i);
      if (reply.outcome == expected.in_short.outcome && reply.value == expected.in_short.value)
        return std::nullopt;
      return "a short reply of " + std::to_string(reply.value) + " in place of " +
             std::to_string(expected.in_short.value);
    }
    const auto& reply = shard_->full_reply(i);
    census_.replayed += reply.is_replayed;
    census_.replayed_refusals += reply.is_replayed && reply.outcome != outcome::ok;
    if (reply == expected.in_full)
      return std::nullopt;
    return text(reply) + "\nin place of " + text(expected.in_full);
  }

  std::optional<std::string> compare(const std::vector<any_reply>& expected) {
    for (std::size_t i = 0; i < asked_.size(); ++i)
      if (auto difference = compare(i, expected[i]))
        return difference;
    return std::nullopt;
  }

  /// Compares the reads of a group that was rolled back.
  std::optional<std::string> compare_reads() {
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      if (asked_[i].is_read()) {
        if (auto difference = compare(i, ask_model(asked_[i])))
          return difference;
        continue;
      }
      const auto outcome =
          asked_[i].in_short ? shard_->reply(i).outcome : shard_->full_reply(i).outcome;
      if (outcome != counter::outcome::disk_full)
        return "a change on a full disk";
    }
    return std::nullopt;
  }

  std::optional<std::string> compare_stored() {
    const auto expected = model_.list("", "", now_);
    if (expected.size() != disk_.committed.counters.size())
      return "counters in the ledger: " + std::to_string(disk_.committed.counters.size());
    for (const auto& [name, state] : expected)
      if (!disk_.committed.counters.contains(name) || disk_.committed.counters.at(name) != state)
        return "\"" + name + "\" differs in the ledger";
    return std::nullopt;
  }

  model::dice random_;
  census& census_;
  counter::time_point now_{milliseconds{1'800'000'000'000}};
  /// To replace the record of an earlier binding takes room for one more.
  const bool binds_ = random_.one_in(3);
  unit::durable_shard::settings settings_{
      .counters_max = 1 + random_.roll(7),
      .idempotency_records_max = binds_ ? 10'000 : random_.roll(6),
      .idempotency_ttl = milliseconds{500 * (1 + random_.roll(6))}};
  model::counters model_{
      {settings_.counters_max, settings_.idempotency_records_max, settings_.idempotency_ttl, 0}};
  unit::memory_ledger disk_;
  std::unique_ptr<unit::durable_shard> shard_;
  std::vector<any_command> asked_;
  std::deque<counter::full_command> keyed_;  // commands with a key
  unit::history history_;
};

}  // namespace

TEST_CASE("a durable_table replies as the model does, over failures and restarts") {
  census counts;
  unit::run_rounds<pair>(rounds, groups_in_a_round, counts);
  MESSAGE(counts.commands << " commands in " << counts.groups << " groups, " << counts.restarts
                          << " restarts, " << counts.full << " full, " << counts.unknown
                          << " unknown, " << counts.replayed << " replayed");
  CHECK(counts.full * 50 > counts.groups);
  CHECK(counts.unknown * 50 > counts.groups);
  CHECK(counts.restarts * 20 > counts.groups);
  CHECK(counts.replayed * 200 > counts.groups);
  CHECK(counts.replayed_refusals * 2'000 > counts.groups);
}
