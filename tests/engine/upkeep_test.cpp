// Sweeps, limits, and the writers of servers that are gone.

#include "tests/engine/support/common_server.hpp"
#include "tests/engine/support/shard_server.hpp"
#include "tests/engine/support/sql_session.hpp"
#include "tests/engine/support/writer_group.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <utility>

using namespace support;
using counter::operation;
using counter::outcome;
using counter::transaction_result;

namespace {

struct scene {
  std::string schema = new_schema();
  sql_session sql{schema};

  storage::postgres::settings settings() const {
    return engine_settings(common_server().url(), schema);
  }
  std::unique_ptr<shard_server> start() const { return std::make_unique<shard_server>(settings()); }

  std::string rows() {
    return sql.text(
        "SELECT string_agg(name || '=' || CASE WHEN expires_at < 0 THEN 'deleted' ELSE value::text "
        "END, ' ' ORDER BY name) FROM counters");
  }
  /// Returns what a column of the writers says, in the order of their start.
  std::string writers(const std::string& column) {
    return sql.text("SELECT string_agg(" + column + "::text, ' ' ORDER BY ctid) FROM writers");
  }
  std::int64_t sum(const std::string& column) {
    return sql.number("SELECT (SELECT coalesce(sum(" + column + "), 0) FROM writers) + (SELECT " +
                      column + " FROM meta)");
  }
};

}  // namespace

TEST_CASE("a sweep removes what is over, and every server knows what is left") {
  scene at;
  const auto first = at.start(), second = at.start();
  first->ask(operation::set, "a", 1).ask(operation::set, "b", 2).run();
  first->ask(unit::keyed("k", unit::add("c", 3))).ask(unit::keyed("l", unit::add("c", 3))).run();
  second->ask(operation::set, "d", 4).ask(operation::set, "e", 5).run();
  second->apply(unit::keyed("k", unit::add("d", 1)));
  second->ask(unit::erase("e")).run();
  second->ask(operation::set, "f", 6).ask(operation::set, "g", 7).run();
  second->ask(unit::erase("f")).run();
  CHECK(at.sum("counters") == 5);
  CHECK(at.sum("idempotency_records") == 3);

  const auto version = at.sql.number("SELECT version FROM counters WHERE name = 'd'");
  at.sql.run("UPDATE counters SET expires_at = 1 WHERE name IN ('b', 'd')");
  at.sql.run("UPDATE counters SET expires_at = 4102444800000 WHERE name = 'g'");
  at.sql.run("UPDATE counters SET expires_at = expires_at + 61 * 60000 WHERE name = 'e'");  // ago
  at.sql.run("UPDATE counters SET expires_at = expires_at + 59 * 60000 WHERE name = 'f'");
  at.sql.run("UPDATE idempotency_records SET forget_at = 1 WHERE position('c'::bytea IN id) = 1");
  first->sweep();
  CHECK(at.rows() == "a=1 b=deleted c=6 d=deleted f=deleted g=7");
  CHECK(at.sql.number("SELECT version FROM counters WHERE name = 'd'") == version);
  CHECK(at.sql.number("SELECT count(*) FROM idempotency_records") == 1);
  CHECK(at.sum("counters") == 3);
  CHECK(at.sum("idempotency_records") == 1);
  CHECK(first->counters.used() == 3);
  CHECK(first->records.used() == 1);
  second->sweep();
  CHECK(second->counters.used() == 3);
  CHECK(second->records.used() == 1);
  // The key is free again, and the new version is greater than any before.
  CHECK(second->apply(unit::keyed("k", unit::add("d", 1))).is_replayed);  // it is d's own
  CHECK(second->apply(unit::add("d", 9)).after->value == 9);
  CHECK(at.sql.number("SELECT version FROM counters WHERE name = 'd'") > version);
  CHECK_FALSE(second->apply(unit::keyed("k", unit::add("c", 3))).is_replayed);
  CHECK(at.sum("counters") == 4);
  CHECK(second->counters.used() == 4);
}

TEST_CASE("a sweep goes step by step, and leaves what others have locked") {
  scene at;
  storage::postgres::postgres_ledger ledger{at.settings()};
  const auto first = ledger.open_writer(0), second = ledger.open_writer(1);
  writer_group group{*first};
  for (const char* name : {"a", "b", "c", "d", "e"})
    group.set(name, 1);
  CHECK(group.write() == transaction_result::ok);
  at.sql.run("UPDATE counters SET expires_at = 1");
  writer_group locks{*second};
  locks.set("c", 7);
  CHECK(locks.begin() == transaction_result::ok);
  struct {
    std::int64_t counters;
    bool is_done;
  } const steps[] = {{2, false}, {2, false}, {0, true}};
  for (const auto& [counters, is_done] : steps) {
    counter::sweep_report report;
    first->begin_group();
    CHECK(first->sweep(2, report) == transaction_result::ok);
    CHECK(report.counters == counters);
    CHECK(report.is_done == is_done);
  }
  CHECK(at.rows() == "a=deleted b=deleted c=1 d=deleted e=deleted");
  CHECK(locks.commit() == transaction_result::ok);
  CHECK(at.rows() == "a=deleted b=deleted c=7 d=deleted e=deleted");
}

TEST_CASE("of the servers that may take the last room, one waits for the other") {
  for (const bool locks_rows : {false, true}) {
    CAPTURE(locks_rows);
    scene at;
    storage::postgres::postgres_ledger one{at.settings()}, other{at.settings()};
    const auto first = one.open_writer(0), second = other.open_writer(0);
    writer_group created{*first}, unused{*second};
    created.set("a", 1).set("b", 1).remember("k");
    CHECK(unused.begin() == transaction_result::ok);
    CHECK(second->end(false) == transaction_result::ok);
    counter::shared_usage usage;
    first->begin_group();
    CHECK(first->begin_insert(usage) == transaction_result::ok);
    CHECK(usage.counters == 0);

    auto waits = std::async(std::launch::async, [&] {
      counter::shared_writer::lookup wanted{.rows = {}, .records = {}, .counts_others = true};
      auto result = transaction_result::conflict;
      // A lock is not waited for longer than a deadlock would take.
      while (result == transaction_result::conflict) {
        second->begin_group();
        result = locks_rows ? second->begin(wanted) : second->begin_insert(wanted.others);
      }
      return std::pair{result, wanted.others};
    });
    while (at.sql.number("SELECT count(*) FROM pg_locks WHERE NOT granted") == 0) {
    }
    CHECK(waits.wait_for(std::chrono::seconds{0}) == std::future_status::timeout);
    CHECK(created.commit() == transaction_result::ok);
    const auto [result, found] = waits.get();
    CHECK(result == transaction_result::ok);
    CHECK(found.counters == 2);
    CHECK(found.idempotency_records == 1);
  }
}

TEST_CASE("what a writer did that was not seen for a day stays in the sums") {
  scene at;
  {
    const auto gone = at.start();
    gone->ask(operation::set, "a", 1).ask(operation::set, "b", 2).run();
    gone->ask(unit::keyed("k", unit::add("a", 3))).run();
  }
  const auto clock = at.sql.number("SELECT clock FROM writers");
  const auto server = at.start();
  CHECK(server->apply(unit::add("c", 1)).outcome == outcome::ok);
  const std::string age = "UPDATE writers SET seen_at = seen_at - 3600000 * ";
  const std::string of_gone = " WHERE idempotency_records = 1";
  at.sql.run(age + "23" + of_gone);
  server->sweep();
  CHECK(at.sql.number("SELECT count(*) FROM writers") == 2);
  CHECK(at.sql.number("SELECT counters FROM meta") == 0);

  at.sql.run(age + "2" + of_gone);
  const auto next = at.start();  // which folds at its first sweep
  CHECK(next->apply(unit::get("c")).after->value == 1);
  next->sweep();
  CHECK(at.sql.number("SELECT count(*) FROM writers") == 2);
  CHECK(at.sql.number("SELECT counters FROM meta") == 2);
  CHECK(at.sql.number("SELECT idempotency_records FROM meta") == 1);
  CHECK(at.sql.number("SELECT clock FROM meta") == clock);
  CHECK(at.sum("counters") == 3);
  CHECK(next->counters.used() == 3);
  CHECK(next->records.used() == 1);
  server->sweep();
  CHECK(server->counters.used() == 3);
  CHECK(at.start()->counters.used() == 3);
}

TEST_CASE("after a day in which the database was away, no server loses its row") {
  for (const bool sweeps_itself : {false, true}) {
    CAPTURE(sweeps_itself);
    scene at;
    bool is_lost = false;
    auto settings =
        engine_settings(common_server().url() + "?application_name=" + at.schema, at.schema);
    settings.on_loss = [&] { is_lost = true; };
    shard_server server{settings};
    CHECK(server.apply(unit::add("a", 1)).outcome == outcome::ok);
    at.sql.run("UPDATE writers SET seen_at = seen_at - 25 * 3600000");
    at.sql.run(
        "SELECT pg_terminate_backend(pid, 60000)::text FROM pg_stat_activity "
        "WHERE application_name = '" +
        at.schema + "'");
    CHECK(server.apply(unit::add("a", 1)).after->value == 2);
    // Whoever sweeps first folds the rows that are a day old.
    if (sweeps_itself) {
      CHECK_NOTHROW(server.sweep());
    } else {
      const auto other = at.start();
      other->apply(unit::get("a"));
      CHECK_NOTHROW(other->sweep());
    }
    const auto reply = server.apply(unit::add("a", 1));
    CHECK(reply.outcome == outcome::ok);
    CHECK_FALSE(is_lost);
  }
}
