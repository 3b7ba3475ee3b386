#include "counter/limits.hpp"
#include "counter/shard/quota.hpp"
#include "counter/shard/siphash.hpp"
#include "counter/shard/table.hpp"
#include "tests/unit/model.hpp"
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

/// How often each of the more rare things has happened.
struct census {
  std::size_t steps = 0, replayed = 0, expired = 0;
  std::size_t outcomes[static_cast<std::size_t>(outcome::draining) + 1] = {};

  std::size_t& of(outcome which) { return outcomes[static_cast<std::size_t>(which)]; }
};

/// A table and the model of it, which are asked the same.
class pair {
public:
  pair(std::uint64_t seed, census& seen) : random_(seed), seen_(seen) {}

  /// Null, or what is wrong.
  std::optional<std::string> step() {
    ++seen_.steps;
    pass_time();
    switch (random_.roll(12)) {
      case 0:
      case 1:
      case 2:
        return ask_in_short();
      case 3:
        return list(1 + random_.roll(4), random_.roll(300));
      case 4:
        return tidy_up();
      default:
        return ask_in_full();
    }
  }

  std::optional<std::string> compare_all() {
    prefix_.clear();
    return list(1'000, 1'000);
  }

  /// What was asked last, the oldest first.
  std::string story() const {
    std::string told;
    for (const auto& line : last_)
      told += line + "\n";
    return told;
  }

private:
  /// Mostly none; also back, also right to the end of something.
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

  /// Exactly there, or to the last moment before it.
  void go_to_expiry() {
    const auto all = model_.list("", "", now_);
    if (all.empty())
      return;
    const auto& state = all[random_.roll(all.size())].state;
    if (!state.expires_at)
      return;
    now_ = *state.expires_at - milliseconds{random_.roll(2)};
    ++seen_.expired;
  }

  /// Not to be seen, but that the time is known.
  std::optional<std::string> tidy_up() {
    note("expire");
    model_.pass(now_);
    counters_.expire(now_, random_.roll(3));
    return std::nullopt;
  }

  std::uint64_t hash(std::string_view name) const { return counter::siphash(key_, name); }

  void note(const std::string& what) {
    last_.push_back(std::to_string(now_.time_since_epoch().count()) + ": " + what);
    if (last_.size() > 25)
      last_.pop_front();
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
    ++seen_.of(reply.outcome);
    if (reply.outcome == expected.outcome && reply.value == expected.value)
      return std::nullopt;
    return "a short reply of " + std::to_string(reply.value) + " in place of " +
           std::to_string(expected.value);
  }

  counter::full_command choose() {
    if (known_.empty() || !random_.one_in(6))
      return model::random_command(random_, last_version_);
    // Again, as clients do, with other conditions; and perhaps it is not the same.
    auto again = known_[random_.roll(known_.size())];
    again.condition = model::random_condition(random_, last_version_);
    if (random_.one_in(8))
      again.parameters.operand ^= 1;
    return again;
  }

  std::optional<std::string> ask_in_full() {
    const auto command = choose();
    note(text(command));
    const auto expected = model_.apply(command, now_);
    const auto reply = counters_.apply(command, hash(command.name), now_);
    ++seen_.of(reply.outcome);
    seen_.replayed += reply.is_replayed;
    if (reply.after)
      last_version_ = reply.after->version;
    if (!command.idempotency_key.empty() && reply.outcome == outcome::ok) {
      known_.push_back(command);
      if (known_.size() > 4)
        known_.pop_front();
    }
    if (reply == expected)
      return std::nullopt;
    return text(reply) + "\nin place of " + text(expected);
  }

  /// All pages of a listing, or only the first.
  std::optional<std::string> list(std::size_t limit, counter::table::budget steps_each) {
    counter::page_request request{0, prefix_, random_.pick({"", "a", "a/", "b"}), limit};
    note("list \"" + request.prefix + "\" after \"" + request.after + "\"");
    const auto expected = model_.list(request.prefix, request.after, now_);
    prefix_ = random_.pick({"", "", "a", "a/", "\xc3"});
    const bool gives_up = limit < 5 && random_.one_in(2);
    std::size_t found = 0;
    while (true) {
      auto steps = steps_each;
      const auto page = counters_.list(request, now_, steps);
      if (page.counters.size() > limit)
        return "a page that is too long";
      for (const auto& [name, state] : page.counters)
        if (found == expected.size() || expected[found].name != name ||
            expected[found++].state != state)
          return "\"" + name + "\" at " + text(state) + " in the list";
      if (page.is_last)
        break;
      if (gives_up)
        return std::nullopt;
      if (page.counters.size() < limit && steps > 0)
        return "a page that is too short";
      request.after = page.reached;
      steps_each = 1 + random_.roll(300);  // a step at least, or it would never end
    }
    if (found < expected.size())
      return "\"" + expected[found].name + "\" is missing in the list";
    return std::nullopt;
  }

  model::dice random_;
  census& seen_;
  counter::time_point now_{milliseconds{1'800'000'000'000}};
  const counter::siphash_key key_{random_.roll(1'000), 7};
  const model::settings how_{1 + random_.roll(7), random_.roll(6),
                             milliseconds{500 * (1 + random_.roll(6))}, random_.roll(100)};
  model::counters model_{how_};
  counter::quota room_{how_.counters_max}, idempotency_{how_.idempotency_records_max};
  counter::table counters_{{room_, idempotency_, how_.idempotency_ttl, key_, how_.version}};
  std::uint64_t last_version_ = how_.version;
  std::deque<counter::full_command> known_;  // with a key, and carried out
  std::string prefix_;
  std::deque<std::string> last_;
};

}  // namespace

TEST_CASE("a table answers as the model does, whatever it is asked") {
  const auto seed = unit::chosen_seed();
  MESSAGE("COUNTERD_TEST_SEED=" << seed);
  census seen;
  for (std::size_t round = 0; round < rounds; ++round) {
    pair both{seed + round, seen};
    for (std::size_t step = 0; step < steps_in_a_round; ++step)
      if (const auto wrong = both.step())
        FAIL("seed " << seed << ", round " << round << ", step " << step << ": " << *wrong << "\n"
                     << both.story());
    if (const auto wrong = both.compare_all())
      FAIL("seed " << seed << ", round " << round << ", at the end: " << *wrong << "\n"
                   << both.story());
  }
  // Whoever meets nothing learns nothing.
  for (const auto which :
       {outcome::ok, outcome::not_found, outcome::overflow, outcome::limit_reached,
        outcome::precondition_failed, outcome::not_modified, outcome::key_mismatch,
        outcome::too_many_counters, outcome::idempotency_store_full}) {
    CAPTURE(static_cast<int>(which));
    CHECK(seen.of(which) * 1'000 > seen.steps);
  }
  CHECK(seen.replayed * 200 > seen.steps);
  CHECK(seen.expired * 200 > seen.steps);
}
