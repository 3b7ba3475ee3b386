#include "counter/shard/shared_table.hpp"

#include "counter/shard/batch.hpp"
#include "tests/unit/memory_database.hpp"
#include "tests/unit/no_origin.hpp"
#include "tests/unit/table_support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace unit;
using counter::transaction_result;
using std::chrono::seconds;

namespace {

/// A server: a shared_table with its group.
class server {
public:
  explicit server(memory_database& shared, std::uint64_t counters_max = 100)
      : counters(counters_max),
        writer(*new memory_writer{shared}),
        table({counters, records, others, std::chrono::milliseconds{60'000}, key_, true},
              std::unique_ptr<counter::shared_writer>{&writer}, metrics) {}

  server& ask(operation operation, std::string_view name, std::int64_t operand = 0) {
    last().add({operation, name, operand}, counter::siphash(key_, name));
    return *this;
  }

  server& ask(full_command command) {
    const auto hash = counter::siphash(key_, command.name);
    last().add(std::move(command), hash);
    return *this;
  }

  /// Carries the group out; the next ask() begins another one.
  server& run() {
    table.apply(group_);
    is_done_ = true;
    return *this;
  }

  counter::reply reply(std::size_t item) const { return group_[0]->reply_at(item); }
  full_reply full_reply_of(std::size_t item) const { return group_[0]->full_reply_at(item); }

private:
  counter::batch& last() {
    if (std::exchange(is_done_, false))
      group_.clear();
    if (group_.empty())
      group_.push_back(std::make_unique<counter::batch>(origin_));
    return *group_.back();
  }

  static constexpr counter::siphash_key key_{5, 6};
  no_origin origin_;
  bool is_done_ = false;
  std::vector<std::unique_ptr<counter::batch>> group_;

public:
  counter::quota counters;
  counter::quota records{100};
  counter::others_usage others{counters, records, {}};
  counter::shard_metrics metrics;
  memory_writer& writer;  // the table's
  counter::shared_table table;
};

std::int64_t value_of(const memory_database& shared, std::string_view name) {
  return shared.rows.find(name)->second.current->value;
}

}  // namespace

TEST_CASE("two shared_tables count together, each from what the other has left") {
  memory_database shared;
  server first{shared}, second{shared};
  for (int i = 1; i <= 10; ++i) {
    auto& next = i % 2 == 0 ? first : second;
    next.ask(operation::add, "x", 1).ask(operation::get, "x").run();
    CHECK(next.reply(0).value == i);
    CHECK(next.reply(1).value == i);
  }
  CHECK(shared.counters == 1);
  CHECK(first.ask(get("x")).run().full_reply_of(0).after->version == shared.rows["x"].version);
}

TEST_CASE("a group of a shared_table updates in one transaction, and inserts in another one") {
  memory_database shared;
  server at{shared};
  at.ask(operation::add, "a", 1).ask(operation::set, "b", 5).run();
  CHECK(shared.commits == 1);
  at.ask(operation::add, "a", 1).ask(operation::add, "c", 7).ask(operation::add, "a", 1).run();
  CHECK(shared.commits == 3);
  CHECK(shared.begins == 2);
  CHECK(at.reply(0).value == 2);
  CHECK(at.reply(1).value == 7);
  CHECK(at.reply(2).value == 3);
}

TEST_CASE("a shared_table decides anew what another server was faster with, with its operands") {
  memory_database shared;
  server first{shared}, second{shared};
  first.writer.meanwhile = [&] { second.ask(operation::set, "x", 100).run(); };
  first.ask(operation::add, "x", 5).ask(operation::add, "y", 3).ask(keyed("k", add("x", 7))).run();
  CHECK(first.reply(0).value == 105);
  CHECK(first.reply(1).value == 3);
  CHECK(first.full_reply_of(2).after->value == 112);
  CHECK(value_of(shared, "x") == 112);
  CHECK(shared.counters == 2);
  CHECK(first.counters.used() == 2);  // the other one's x, and y
}

TEST_CASE("an idempotency key is applied by one server, and repeated by the others") {
  memory_database shared;
  server first{shared}, second{shared};
  second.writer.meanwhile = [&] { first.ask(keyed("k", add("x", 5))).run(); };
  second.ask(keyed("k", add("x", 5))).run();
  CHECK_FALSE(first.full_reply_of(0).is_replayed);
  CHECK(second.full_reply_of(0).is_replayed);
  CHECK(second.full_reply_of(0).after == first.full_reply_of(0).after);
  CHECK(value_of(shared, "x") == 5);
  CHECK(second.ask(keyed("k", add("x", 6))).run().full_reply_of(0).outcome ==
        outcome::key_mismatch);
}

TEST_CASE("a record whose time is over is replaced, and takes no more room") {
  memory_database shared;
  server at{shared};
  at.ask(keyed("k", add("x", 1))).run();
  shared.now += seconds{61};
  CHECK_FALSE(at.ask(keyed("k", add("x", 1))).run().full_reply_of(0).is_replayed);
  CHECK(shared.idempotency_records == 1);
  CHECK(at.records.used() == 1);
  CHECK(at.ask(keyed("k", add("x", 1))).run().full_reply_of(0).is_replayed);
}

TEST_CASE("what has expired for one server is gone for all, and its versions are not used again") {
  memory_database shared;
  server first{shared}, second{shared};
  first.ask(set("x", 5, seconds{1})).run();
  const auto version = shared.rows["x"].version;
  shared.now += seconds{2};
  CHECK(first.ask(operation::get, "x").run().reply(0).outcome == outcome::not_found);
  CHECK(shared.rows["x"].current == std::nullopt);
  CHECK(shared.counters == 0);
  shared.now -= seconds{2};  // another clock
  CHECK(second.ask(operation::get, "x").run().reply(0).outcome == outcome::not_found);
  CHECK(second.ask(add("x", 1)).run().full_reply_of(0).after->version > version);
  CHECK(second.ask(erase("x")).ask(add("x", 2)).run().full_reply_of(1).after->value == 2);
  CHECK(shared.counters == 1);
}

TEST_CASE("a group that only reads writes nothing") {
  memory_database shared;
  server at{shared};
  at.ask(operation::add, "x", 1).run();
  CHECK(at.ask(operation::get, "x").ask(operation::get, "y").run().reply(0).value == 1);
  CHECK(at.reply(1).outcome == outcome::not_found);
  CHECK(shared.commits == 1);
}

TEST_CASE("a group whose database is lost says which operations may have been applied") {
  memory_database shared;
  server at{shared};
  at.ask(operation::add, "x", 1).run();
  at.writer.next_commit = transaction_result::unknown;
  at.ask(operation::add, "x", 1).ask(operation::add, "y", 1).run();
  CHECK(at.reply(0).outcome == outcome::outcome_unknown);
  CHECK(at.reply(1).outcome == outcome::unavailable);
  CHECK(at.ask(operation::get, "x").run().reply(0).value == 2);
  at.writer.next_begin = transaction_result::away;
  CHECK(at.ask(operation::add, "x", 1).run().reply(0).outcome == outcome::unavailable);
  CHECK(at.ask(operation::get, "x").run().reply(0).value == 2);
}

TEST_CASE("what a shared_table found missing is looked at again before it replies so") {
  memory_database shared;
  server first{shared}, second{shared};
  CHECK(first.ask(erase("x")).run().full_reply_of(0).outcome == outcome::not_found);
  CHECK(shared.commits == 1);  // it has confirmed that
  first.writer.meanwhile = [&] { second.ask(operation::set, "x", 100).run(); };
  CHECK(first.ask(erase("x")).run().full_reply_of(0).outcome == outcome::ok);
  CHECK(shared.rows["x"].current == std::nullopt);
}

TEST_CASE("while the database is full, changes are refused and reads are served") {
  memory_database shared;
  server at{shared};
  at.ask(operation::set, "x", 5).run();
  at.writer.next_commit = transaction_result::full;
  at.ask(operation::add, "x", 1).ask(operation::get, "x").ask(operation::add, "y", 1).run();
  CHECK(at.reply(0).outcome == outcome::disk_full);
  CHECK(at.reply(1).value == 5);
  CHECK(at.reply(2).outcome == outcome::disk_full);
  CHECK(at.writer.last_mode == counter::shared_writer::mode::read);
  CHECK(at.counters.used() == 1);
  at.ask(keyed("k", add("x", 1))).run();
  at.writer.next_commit = transaction_result::full;
  at.ask(keyed("k", add("x", 1))).ask(keyed("l", add("x", 1))).run();
  CHECK(at.full_reply_of(0).is_replayed);
  CHECK(at.full_reply_of(1).outcome == outcome::disk_full);
  CHECK(value_of(shared, "x") == 6);
}

TEST_CASE("a replay whose record goes while the database is full is refused, not carried out") {
  memory_database shared;
  server at{shared};
  at.ask(keyed("k", add("x", 1))).run();
  at.writer.next_commit = transaction_result::full;
  at.writer.meanwhile = [&shared] { shared.now += seconds{61}; };
  at.ask(keyed("k", add("x", 1))).ask(operation::add, "x", 1).run();
  CHECK(at.full_reply_of(0).outcome == outcome::disk_full);
  CHECK(at.reply(1).outcome == outcome::disk_full);
  CHECK(value_of(shared, "x") == 1);
}

TEST_CASE("near a limit, each group knows what other servers have taken by then") {
  memory_database shared;
  server first{shared, 3}, second{shared, 3};
  first.ask(operation::add, "a", 1).run();
  second.ask(operation::add, "b", 1).run();
  first.ask(operation::add, "c", 1).run();
  CHECK(second.ask(operation::add, "d", 1).run().reply(0).outcome == outcome::too_many_counters);
  CHECK(shared.counters == 3);
  first.ask(erase("a")).run();
  CHECK(second.ask(operation::add, "d", 1).run().reply(0).outcome == outcome::ok);
  CHECK(first.ask(operation::add, "e", 1).run().reply(0).outcome == outcome::too_many_counters);
}

TEST_CASE("near a limit, a deleted counter takes its room anew only if others have left it") {
  memory_database shared;
  server first{shared, 3}, second{shared, 3};
  first.ask(operation::add, "a", 1).run();
  first.ask(erase("a")).run();
  second.ask(operation::add, "b", 1).ask(operation::add, "c", 1).run();
  second.ask(operation::add, "d", 1).run();
  CHECK(first.ask(operation::add, "a", 1).run().reply(0).outcome == outcome::too_many_counters);
  second.ask(erase("b")).run();
  CHECK(first.ask(operation::add, "a", 1).run().reply(0).outcome == outcome::ok);
  CHECK(shared.counters == 3);
}

TEST_CASE("a sweep takes over the usage of other servers, but not an older one") {
  counter::quota counters{100}, records{100};
  counter::others_usage others{counters, records, {5, 6}};
  CHECK(counters.used() == 5);
  CHECK(records.used() == 6);
  const auto early = others.begin();
  const auto late = others.begin();
  others.take(late, {20, 0});
  others.take(early, {10, 0});
  CHECK(counters.used() == 20);
  CHECK(records.used() == 0);
  const auto before = others.begin();
  others.take_locked({30, 1});
  others.take(before, {20, 0});
  CHECK(counters.used() == 30);
  others.take(others.begin(), {31, 0});
  CHECK(counters.used() == 31);
}
