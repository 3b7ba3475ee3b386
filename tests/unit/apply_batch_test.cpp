#include "counter/shard/apply_batch.hpp"

#include "counter/call.hpp"
#include "counter/limits.hpp"
#include "counter/shard/batch.hpp"
#include "tests/unit/no_origin.hpp"
#include "tests/unit/table_support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

using counter::limits;
using namespace unit;
using std::chrono::seconds;

namespace {

/// A batch for a shard.
class request_batch {
public:
  explicit request_batch(shard& at) : shard_(at) {}

  request_batch& ask(operation operation, std::string_view name, std::int64_t operand = 0) {
    batch_.add({operation, name, operand}, shard_.hash(name));
    return *this;
  }
  request_batch& ask(counter::full_command command) {
    const auto hash = shard_.hash(command.name);
    batch_.add(std::move(command), hash);
    return *this;
  }
  request_batch& ask(counter::page_request query) {
    batch_.add(std::move(query), 0);
    return *this;
  }
  request_batch& ask(counter::expiry_sweep_request sweep) {
    batch_.add(sweep, 0);
    return *this;
  }

  request_batch& apply() {
    batch_.set_now(shard_.now);
    counter::apply_batch(batch_, shard_.table, metrics);
    return *this;
  }

  counter::shard_metrics metrics;

  counter::reply short_reply(std::size_t i) { return batch_.reply_at(i); }
  const full_reply& reply(std::size_t i) { return batch_.full_reply_at(i); }
  const counter::page& page(std::size_t i) {
    return std::get<counter::page>(batch_.call_at(i).response);
  }
  const counter::expiry_sweep& expiry_sweep(std::size_t i) {
    return std::get<counter::expiry_sweep>(batch_.call_at(i).response);
  }

private:
  shard& shard_;
  no_origin origin_;
  counter::batch batch_{origin_};
};

}  // namespace

TEST_CASE("apply_batch() applies commands and calls in one order") {
  shard at;
  request_batch all{at};
  all.ask(operation::add, "hits", 1)
      .ask(add("hits", 10))
      .ask(operation::get, "hits")
      .ask(erase("hits"))
      .ask(operation::get, "hits")
      .ask(operation::set, "hits", 7)
      .ask(get("hits"))
      .ask(set("hits", 8))
      .ask(operation::add, "hits", 1)
      .apply();
  CHECK(all.short_reply(0).value == 1);
  CHECK(all.reply(1) == full_reply{outcome::ok, false, state{1, 1}, state{11, 2}});
  CHECK(all.short_reply(2).value == 11);
  CHECK(all.reply(3).before == state{11, 2});
  CHECK(all.short_reply(4).outcome == outcome::not_found);
  CHECK(all.short_reply(5).value == 7);
  CHECK(all.reply(6).after == state{7, 4});
  CHECK(all.reply(7).after == state{8, 5});
  CHECK(all.short_reply(8).value == 9);
}

TEST_CASE("apply_batch() lists what the items before the list have changed, and no more") {
  shard at;
  make_order(at);
  request_batch all{at};
  all.ask(operation::set, "a", 1)
      .ask(counter::page_request{.limit = 10})
      .ask(operation::set, "b", 2)
      .ask(counter::page_request{.limit = 10})
      .ask(erase("a"))
      .ask(counter::page_request{.limit = 10})
      .apply();
  CHECK(all.page(1).counters.size() == 1);
  CHECK(all.page(3).counters.size() == 2);
  REQUIRE(all.page(5).counters.size() == 1);
  CHECK(all.page(5).counters[0].name == "b");
  CHECK(all.page(5).counters[0].state == state{2, 2});
}

TEST_CASE("apply_batch() shares its steps among lists, and applies everything else") {
  constexpr auto steps = limits::shard_steps_max, more = steps / 5, some = steps * 3 / 5;
  shard at{2 * steps};
  const auto name_of = [](std::size_t i) { return "x" + std::to_string(10'000 + i); };
  for (std::size_t i = 0; i < steps + more; ++i)
    at.apply(set(name_of(i), 1));
  make_order(at);
  request_batch all{at};
  all.ask(counter::page_request{.limit = some})
      .ask(counter::page_request{.limit = some})
      .ask(counter::page_request{.limit = some})
      .ask(add(name_of(0), 1))
      .ask(operation::add, name_of(0), 1)
      .apply();
  CHECK(all.page(0).counters.size() == some);
  CHECK(all.page(1).counters.size() == steps - some);
  CHECK(all.page(1).outcome == outcome::ok);
  CHECK_FALSE(all.page(1).is_last);
  CHECK(all.page(2).counters.empty());
  CHECK_FALSE(all.page(2).is_last);
  CHECK(all.reply(3).after->value == 2);
  CHECK(all.short_reply(4).value == 3);
  // The next batch continues, up to the end.
  request_batch next{at};
  next.ask(counter::page_request{.after = name_of(steps - 1), .limit = steps}).apply();
  CHECK(next.page(0).counters.size() == more);
  CHECK(next.page(0).is_last);
}

TEST_CASE("apply_batch() applies every item at the batch's time") {
  shard at;
  request_batch{at}.ask(set("hits", 7, seconds{10})).apply();
  at.pass(std::chrono::milliseconds{9'999});
  request_batch before{at};
  before.ask(get("hits")).ask(operation::add, "hits", 1).apply();
  CHECK(before.reply(0).after->value == 7);
  CHECK(before.short_reply(1).value == 8);
  at.pass(std::chrono::milliseconds{1});
  request_batch after{at};
  after.ask(get("hits")).ask(operation::add, "hits", 1).apply();
  CHECK(after.reply(0).outcome == outcome::not_found);
  CHECK(after.short_reply(1).value == 1);
}

TEST_CASE("apply_batch() of an expiry sweep erases up to its steps, and says when it is done") {
  constexpr auto many = 2 * limits::shard_steps_max;
  shard at{many};
  for (std::size_t i = 0; i < many; ++i)
    at.apply(set(std::to_string(i), 1, seconds{1}));
  request_batch early{at};
  early.ask(counter::expiry_sweep_request{}).apply();
  CHECK(early.expiry_sweep(0).outcome == outcome::ok);
  CHECK(early.expiry_sweep(0).is_done);
  CHECK(at.table.size() == many);
  at.pass(seconds{1});
  request_batch first{at};
  first.ask(counter::expiry_sweep_request{}).apply();
  CHECK_FALSE(first.expiry_sweep(0).is_done);
  CHECK(at.table.size() <= many - limits::shard_steps_max);
  CHECK(at.table.size() > 0);
  request_batch second{at};
  second.ask(counter::expiry_sweep_request{}).apply();
  CHECK(second.expiry_sweep(0).is_done);
  CHECK(at.table.size() == 0);
}

TEST_CASE("apply_batch() erases expired counters as fast as batches create them") {
  constexpr std::size_t in_a_batch = 10;
  shard at{1'000'000};
  for (int round = 0; round < 500; ++round) {
    request_batch all{at};
    for (std::size_t i = 0; i < in_a_batch; ++i)
      all.ask(set(std::to_string(round) + "/" + std::to_string(i), 1, seconds{1}));
    all.apply();
    at.pass(std::chrono::milliseconds{100});
    // The counters of a second, and as many again that wait for the next batches.
    REQUIRE(at.table.size() <= 2 * 10 * in_a_batch);
  }
}

TEST_CASE("apply_batch() accepts an empty batch") {
  shard at;
  request_batch{at}.apply();
  CHECK(at.table.size() == 0);
}
