#include "counter/limits.hpp"
#include "counter/shard/quota.hpp"
#include "counter/shard/table.hpp"
#include "counter/siphash.hpp"
#include "tests/unit/model.hpp"
#include "tests/unit/model_rounds.hpp"
#include "tests/unit/random_commands.hpp"
#include "tests/unit/seed.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

using counter::outcome;
using model::text;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t rounds = unit::is_sanitized ? 40 : 250;
constexpr std::size_t steps_in_a_round = 1'500;

/// How often each event has happened.
struct census {
  std::size_t steps = 0, replayed = 0, replayed_refusals = 0, expired = 0;
  std::size_t outcomes[static_cast<std::size_t>(outcome::draining) + 1] = {};

  std::size_t& of(outcome outcome) { return outcomes[static_cast<std::size_t>(outcome)]; }
};

/// A table and its model, which get the same commands.
class pair {
public:
  pair(std::uint64_t seed, census& counts) : random_(seed), census_(counts) {}

  /// Returns nullopt, or a message about the difference.
  std::optional<std::string> step() {
    ++census_.steps;
    pass_time();
    switch (random_.roll(12)) {
      case 0:
      case 1:
      case 2:
        return ask_in_short();
      case 3:
        return list(1 + random_.roll(4), random_.roll(300));
      case 4:
        return expire();
      default:
        return ask_in_full();
    }
  }

  /// Compares all counters.
  std::optional<std::string> finish() {
    prefix_.clear();
    return list(1'000, 1'000);
  }

  const unit::history& history() const { return history_; }

private:
  /// Passes no time mostly; sometimes sets it back, or to an expiry.
  void pass_time() {
    switch (random_.roll(24)) {
      case 0:
        now_ += milliseconds{1};
        break;
      case 1:
        now_ += milliseconds{500};
        break;
      case 2:
        now_ += milliseconds{1'000};
        break;
      case 3:
        now_ -= milliseconds{random_.roll(2'000)};
        break;
      case 4:
      case 5:
        go_to_expiry();
        break;
      default:
        break;
    }
  }

  /// Sets the time to an expiry, or to the millisecond before it.
  void go_to_expiry() {
    const auto all = model_.list("", "", now_);
    if (all.empty())
      return;
    const auto& state = all[random_.roll(all.size())].state;
    if (!state.expires_at)
      return;
    now_ = *state.expires_at - milliseconds{random_.roll(2)};
    ++census_.expired;
  }

  /// Has no effect but to advance the time.
  std::optional<std::string> expire() {
    note("expire");
    model_.pass(now_);
    counters_.expire(now_, random_.roll(3));
    return std::nullopt;
  }

  std::uint64_t hash(std::string_view name) const { return counter::siphash(key_, name); }

  void note(const std::string& line) {
    history_.add(std::to_string(now_.time_since_epoch().count()) + ": " + line);
  }

  std::optional<std::string> ask_in_short() {
    using counter::operation;
    counter::command command{random_.pick({operation::get, operation::set, operation::add}),
                             model::names()[random_.roll(model::names().size())], 1};
    if (command.operation == operation::set || random_.one_in(4))
      command.operand = model::random_integer(random_) | 1;
    note("short " + std::to_string(static_cast<int>(command.operation)) + " \"" +
         std::string{command.name.substr(0, 8)} + "\" " + std::to_string(command.operand));
    const auto expected = model_.apply(command, now_);
    const auto reply = counters_.apply(command, hash(command.name), now_);
    ++census_.of(reply.outcome);
    if (reply.outcome == expected.outcome && reply.value == expected.value)
      return std::nullopt;
    return "a short reply of " + std::to_string(reply.value) + " in place of " +
           std::to_string(expected.value);
  }

  counter::full_command choose() {
    if (keyed_.empty() || !random_.one_in(6)) {
      auto command = model::random_command(random_, last_version_);
      if (binds_ && !command.idempotency_key.empty() && !random_.one_in(4)) {
        model::bind(random_, command, now_);
        command.bound_at = now_ + milliseconds{random_.roll(3)};
      }
      return command;
    }
    // A retry with other conditions, as clients send it; sometimes a misuse of the key.
    auto retry = keyed_[random_.roll(keyed_.size())];
    retry.condition = model::random_condition(random_, last_version_);
    if (random_.one_in(8))
      retry.parameters.operand ^= 1;
    return retry;
  }

  std::optional<std::string> ask_in_full() {
    const auto command = choose();
    note(text(command));
    const auto expected = model_.apply(command, now_);
    const auto reply = counters_.apply(command, hash(command.name), now_);
    ++census_.of(reply.outcome);
    census_.replayed += reply.is_replayed;
    census_.replayed_refusals += reply.is_replayed && reply.outcome != outcome::ok;
    if (reply.after)
      last_version_ = reply.after->version;
    if (!command.idempotency_key.empty() && (reply.outcome == outcome::ok || command.forget_at)) {
      keyed_.push_back(command);
      if (keyed_.size() > 4)
        keyed_.pop_front();
    }
    if (reply == expected)
      return std::nullopt;
    return text(reply) + "\nin place of " + text(expected);
  }

  /// Compares all pages of a list, or only the first ones.
  std::optional<std::string> list(std::size_t limit, counter::table::budget steps_each) {
    counter::page_request request{prefix_, random_.pick({"", "a", "a/", "b"}), limit};
    note("list \"" + request.prefix + "\" after \"" + request.after + "\"");
    const auto expected = model_.list(request.prefix, request.after, now_);
    prefix_ = random_.pick({"", "", "a", "a/", "\xc3"});
    const bool gives_up = limit < 5 && random_.one_in(2);
    std::size_t listed = 0;
    while (true) {
      auto steps = steps_each;
      const auto page = counters_.list(request, now_, steps);
      if (page.counters.size() > limit)
        return "a page that is too long";
      for (const auto& [name, state] : page.counters)
        if (listed == expected.size() || expected[listed].name != name ||
            expected[listed++].state != state)
          return "\"" + std::string{name} + "\" at " + text(state) + " in the list";
      if (page.is_last)
        break;
      if (gives_up)
        return std::nullopt;
      if (page.counters.size() < limit && steps > 0)
        return "a page that is too short";
      request.after = page.reached;
      steps_each = 1 + random_.roll(300);  // a step at least, or it would never end
    }
    if (listed < expected.size())
      return "\"" + expected[listed].name + "\" is missing in the list";
    return std::nullopt;
  }

  model::dice random_;
  census& census_;
  counter::time_point now_{milliseconds{1'800'000'000'000}};
  const counter::siphash_key key_{random_.roll(1'000), 7};
  /// Bound keys replace records, which take room for longer than the model knows.
  const bool binds_ = random_.one_in(3);
  const model::settings settings_{1 + random_.roll(7), binds_ ? 10'000 : random_.roll(6),
                                  milliseconds{500 * (1 + random_.roll(6))}, random_.roll(100)};
  model::counters model_{settings_};
  counter::quota room_{settings_.counters_max}, idempotency_{settings_.idempotency_records_max};
  counter::table counters_{
      {room_, idempotency_, settings_.idempotency_ttl, key_, settings_.version}};
  std::uint64_t last_version_ = settings_.version;
  std::deque<counter::full_command> keyed_;  // commands with a key that may be remembered
  std::string prefix_;
  unit::history history_;
};

}  // namespace

TEST_CASE("a table replies as the model does to random commands") {
  census counts;
  unit::run_rounds<pair>(rounds, steps_in_a_round, counts);
  // The test means something only if every outcome occurs.
  for (const auto expected :
       {outcome::ok, outcome::not_found, outcome::overflow, outcome::limit_reached,
        outcome::precondition_failed, outcome::not_modified, outcome::key_mismatch,
        outcome::too_many_counters, outcome::idempotency_store_full}) {
    CAPTURE(static_cast<int>(expected));
    CHECK(counts.of(expected) * 1'000 > counts.steps);
  }
  CHECK(counts.replayed * 200 > counts.steps);
  CHECK(counts.replayed_refusals * 2'000 > counts.steps);
  CHECK(counts.of(outcome::overloaded) * 2'000 > counts.steps);
  CHECK(counts.expired * 200 > counts.steps);
}
