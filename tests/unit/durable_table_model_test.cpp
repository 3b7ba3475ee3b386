#include "tests/unit/durable_table_support.hpp"
#include "tests/unit/memory_ledger.hpp"
#include "tests/unit/model.hpp"
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

/// How often each of the more rare things has happened.
struct census {
  std::size_t commands = 0, groups = 0, full = 0, unknown = 0, restarts = 0, replayed = 0;
};

/// A shard with a ledger and the model of it, which are asked the same; the
/// ledger fails at times, and the program ends.
class pair {
public:
  pair(std::uint64_t seed, census& seen) : random_(seed), seen_(seen) { restart(); }

  /// Null, or what is wrong.
  std::optional<std::string> step() {
    pass_time();
    const auto before = model_;
    fill();
    const auto expected = ask_model();
    disk_.next_commit = next_fate();
    disk_.keeps_unknown = random_.one_in(2);
    ++seen_.groups;
    const auto how = shard_->commit(now_);
    switch (how) {
      case commit_result::ok:
        if (const auto wrong = compare(expected))
          return wrong;
        break;
      case commit_result::full:
        ++seen_.full;
        roll_back(before);
        if (const auto wrong = compare_reads())
          return wrong;
        break;
      case commit_result::unknown:
        ++seen_.unknown;
        if (!disk_.keeps_unknown)
          roll_back(before);
        restart();
        break;
      case commit_result::refused:
        return "a commit was refused";
    }
    disk_.next_commit = commit_result::ok;
    if (random_.one_in(10))
      restart();
    return compare_kept();
  }

  std::string story() const {
    std::string told;
    for (const auto& line : last_)
      told += line + "\n";
    return told;
  }

private:
  void note(std::string what) {
    last_.push_back(std::move(what));
    if (last_.size() > 25)
      last_.pop_front();
  }

  void restart() {
    note("restart");
    ++seen_.restarts;
    disk_.reopen();
    model_.set_version(disk_.summary().version);
    how_.shard = 0;
    how_.bytes_max = random_.pick<std::size_t>({0, 200, 1 << 20});
    shard_ = std::make_unique<unit::durable_shard>(disk_, how_);
  }

  void roll_back(const model::counters& before) {
    note("rolled back");
    const auto version = model_.version();
    model_ = before;
    model_.set_version(version);
    model_.pass(now_);
  }

  commit_result next_fate() {
    switch (random_.roll(16)) {
      case 0:
        return commit_result::full;
      case 1:
        return commit_result::unknown;
      default:
        return commit_result::ok;
    }
  }

  /// What is due is seen to first: while it waits for that it takes up room, and
  /// the model knows no such time.
  void pass_time() {
    if (random_.one_in(4))
      now_ += milliseconds{random_.pick({1, 500, 1'000})};
    note("it is " + std::to_string(now_.time_since_epoch().count()));
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
      item one;
      if (random_.one_in(3)) {
        one.in_short = {random_.pick({operation::get, operation::set, operation::add}),
                        model::names()[random_.roll(model::names().size())],
                        model::random_integer(random_) | 1};
        shard_->ask(one.in_short->operation, one.in_short->name, one.in_short->operand);
        note("short " + std::to_string(static_cast<int>(one.in_short->operation)) + " \"" +
             std::string{one.in_short->name.substr(0, 8)} + "\"");
      } else {
        one.in_full = choose();
        shard_->ask(one.in_full);
        note(text(one.in_full));
      }
      asked_.push_back(std::move(one));
      if (random_.one_in(3))
        shard_->begin_batch();
    }
    seen_.commands += asked_.size();
  }

  counter::full_command choose() {
    // Again, as clients do.
    if (!known_.empty() && random_.one_in(4))
      return known_[random_.roll(known_.size())];
    auto command = model::random_command(random_, model_.version());
    if (!command.idempotency_key.empty()) {
      known_.push_back(command);
      if (known_.size() > 4)
        known_.pop_front();
    }
    return command;
  }

  struct item {
    std::optional<counter::command> in_short;
    counter::full_command in_full;

    bool is_read() const {
      return (in_short ? in_short->operation : in_full.parameters.operation) == operation::get;
    }
  };
  struct result {
    counter::reply in_short;
    counter::full_reply in_full;
  };

  result ask_model(const item& one) {
    result expected;
    if (one.in_short)
      expected.in_short = model_.apply(*one.in_short, now_);
    else
      expected.in_full = model_.apply(one.in_full, now_);
    return expected;
  }

  std::vector<result> ask_model() {
    std::vector<result> expected;
    for (const auto& one : asked_)
      expected.push_back(ask_model(one));
    return expected;
  }

  std::optional<std::string> compare(std::size_t i, const result& expected) {
    if (asked_[i].in_short) {
      const auto reply = shard_->reply(i);
      if (reply.outcome == expected.in_short.outcome && reply.value == expected.in_short.value)
        return std::nullopt;
      return "a short reply of " + std::to_string(reply.value) + " in place of " +
             std::to_string(expected.in_short.value);
    }
    const auto& reply = shard_->full_reply(i);
    seen_.replayed += reply.is_replayed;
    if (reply == expected.in_full)
      return std::nullopt;
    return text(reply) + "\nin place of " + text(expected.in_full);
  }

  std::optional<std::string> compare(const std::vector<result>& expected) {
    for (std::size_t i = 0; i < asked_.size(); ++i)
      if (auto wrong = compare(i, expected[i]))
        return wrong;
    return std::nullopt;
  }

  /// Of a group that was not kept.
  std::optional<std::string> compare_reads() {
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      if (asked_[i].is_read()) {
        if (auto wrong = compare(i, ask_model(asked_[i])))
          return wrong;
        continue;
      }
      const auto why =
          asked_[i].in_short ? shard_->reply(i).outcome : shard_->full_reply(i).outcome;
      if (why != outcome::disk_full)
        return "a change without a disk";
    }
    return std::nullopt;
  }

  std::optional<std::string> compare_kept() {
    const auto expected = model_.list("", "", now_);
    if (expected.size() != disk_.kept.counters.size())
      return "so many are kept: " + std::to_string(disk_.kept.counters.size());
    for (const auto& [name, state] : expected)
      if (!disk_.kept.counters.contains(name) || disk_.kept.counters.at(name) != state)
        return "\"" + name + "\" is not kept as it is";
    return std::nullopt;
  }

  model::dice random_;
  census& seen_;
  counter::time_point now_{milliseconds{1'800'000'000'000}};
  unit::durable_shard::settings how_{.counters_max = 1 + random_.roll(7),
                                     .idempotency_records_max = random_.roll(6),
                                     .idempotency_ttl = milliseconds{500 * (1 + random_.roll(6))}};
  model::counters model_{
      {how_.counters_max, how_.idempotency_records_max, how_.idempotency_ttl, 0}};
  unit::memory_ledger disk_;
  std::unique_ptr<unit::durable_shard> shard_;
  std::vector<item> asked_;
  std::deque<counter::full_command> known_;  // with a key
  std::deque<std::string> last_;
};

}  // namespace

TEST_CASE("a shard with a disk answers as the model does, over failures and restarts") {
  const auto seed = unit::chosen_seed();
  MESSAGE("COUNTERD_TEST_SEED=" << seed);
  census seen;
  for (std::size_t round = 0; round < rounds; ++round) {
    pair both{seed + round, seen};
    for (std::size_t group = 0; group < groups_in_a_round; ++group)
      if (const auto wrong = both.step())
        FAIL("seed " << seed << ", round " << round << ", group " << group << ": " << *wrong << "\n"
                     << both.story());
  }
  MESSAGE(seen.commands << " commands in " << seen.groups << " groups, " << seen.restarts
                        << " restarts, " << seen.full << " times full, " << seen.unknown
                        << " times unknown, " << seen.replayed << " replayed");
  CHECK(seen.full * 50 > seen.groups);
  CHECK(seen.unknown * 50 > seen.groups);
  CHECK(seen.restarts * 20 > seen.groups);
  CHECK(seen.replayed * 200 > seen.groups);
}
