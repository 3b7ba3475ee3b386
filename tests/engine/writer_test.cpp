// A postgres_writer whose rows others change.

#include "tests/engine/support/common_server.hpp"
#include "tests/engine/support/shard_server.hpp"
#include "tests/engine/support/sql_session.hpp"
#include "tests/engine/support/writer_group.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

using namespace support;
using counter::operation;
using counter::outcome;
using counter::transaction_result;
using mode = counter::shared_writer::mode;

namespace {

/// A server's writer, and a session that interferes.
struct scene {
  std::string schema = new_schema();
  sql_session sql{schema};
  std::atomic<int> losses = 0;
  storage::postgres::postgres_ledger ledger{settings()};
  std::unique_ptr<counter::shared_writer> writer = ledger.open_writer(0);

  storage::postgres::settings settings() {
    auto result = engine_settings(common_server().url() + "?application_name=" + schema, schema);
    result.on_loss = [this] { ++losses; };
    return result;
  }

  /// Ends the sessions of the writer, and waits until they are gone.
  void end_sessions() {
    sql.run(
        "SELECT pg_terminate_backend(pid, 60000)::text FROM pg_stat_activity "
        "WHERE application_name = '" +
        schema + "'");
  }

  std::int64_t seq() { return sql.number("SELECT seq FROM writers"); }
  std::int64_t counters() { return sql.number("SELECT count(*) FROM counters"); }
  std::vector<std::string> everything() {
    return sql.rows(
        "SELECT c::text FROM counters AS c UNION ALL SELECT r::text FROM idempotency_records AS r "
        "UNION ALL SELECT w::text FROM writers AS w ORDER BY 1");
  }
  std::int64_t records() { return sql.number("SELECT count(*) FROM idempotency_records"); }
};

}  // namespace

TEST_CASE("a writer that was fenced writes nothing, and begins anew") {
  scene at;
  CHECK(writer_group{*at.writer}.set("x", 1).write() == transaction_result::ok);
  // What creates counters locks nothing before it writes.
  at.sql.run("UPDATE writers SET epoch = epoch + 1");
  writer_group group{*at.writer};
  group.set("a", 1).set("b", 2).remember("k");
  at.writer->begin_group();
  CHECK(group.commit() == transaction_result::conflict);
  CHECK(at.counters() == 1);
  CHECK(at.records() == 0);
  CHECK(at.seq() == 1);
  CHECK(at.sql.number("SELECT epoch FROM writers") == 3);  // it has fenced itself
  CHECK(at.ledger.statistics().doubts_dropped == 1);
  CHECK(group.commit() == transaction_result::ok);
  CHECK(at.counters() == 3);
  CHECK(at.records() == 1);
  CHECK(at.seq() == 2);

  at.sql.run("UPDATE writers SET epoch = epoch + 1");
  CHECK(writer_group{*at.writer}.set("x", 7).write() == transaction_result::ok);
  CHECK(at.sql.number("SELECT value FROM counters WHERE name = 'x'") == 7);
  CHECK(at.ledger.statistics().lost_sessions == 2);
  CHECK(at.losses == 0);
}

TEST_CASE("a writer's row is locked while its transaction is open, so that a fence waits") {
  scene at;
  CHECK(writer_group{*at.writer}.set("x", 1).write() == transaction_result::ok);
  writer_group group{*at.writer};
  group.set("x", 2);
  CHECK(group.begin() == transaction_result::ok);
  const std::string writers = "SELECT id::text FROM writers FOR UPDATE NOWAIT";
  CHECK_THROWS_AS(at.sql.run(writers), storage::postgres::error);
  CHECK_THROWS_AS(at.sql.run("SELECT name FROM counters FOR UPDATE NOWAIT"),
                  storage::postgres::error);
  CHECK(group.commit() == transaction_result::ok);
  at.sql.run(writers);
  // A group that only reads locks nothing.
  CHECK(group.begin(mode::read) == transaction_result::ok);
  at.sql.run(writers);
}

TEST_CASE("begin() reads counters and records as they are when it has the locks") {
  scene at;
  storage::postgres::postgres_ledger other{at.settings()};
  const auto second = other.open_writer(0);
  CHECK(writer_group{*at.writer}.set("x", 1).write() == transaction_result::ok);
  writer_group early{*at.writer}, late{*second};
  early.set("x", 2).remember("k");
  late.set("x", 3).remember("k");
  CHECK(early.begin() == transaction_result::ok);
  auto waits = std::async(std::launch::async, [&] {
    auto result = transaction_result::conflict;
    // A lock is not waited for longer than a deadlock would take.
    while (result == transaction_result::conflict)
      result = late.begin();
    return result;
  });
  while (at.sql.number("SELECT count(*) FROM pg_locks WHERE NOT granted") == 0) {
  }
  CHECK(early.commit() == transaction_result::ok);
  CHECK(waits.get() == transaction_result::ok);
  REQUIRE(late.rows[0].current.has_value());
  CHECK(late.rows[0].current->value == 2);
  CHECK(late.records[0].current.has_value());
  CHECK(second->end(false) == transaction_result::ok);
}

TEST_CASE("nothing of a group stays if a row has changed since it was read") {
  scene at;
  CHECK(writer_group{*at.writer}.set("b", 1).remember("k").write() == transaction_result::ok);
  struct {
    std::string what;
    std::string change;
  } const cases[] = {
      {"a row was changed", "UPDATE counters SET version = version + 1 WHERE name = 'b'"},
      {"a row was created",
       "INSERT INTO counters (name, value, version, previous) VALUES ('c', 5, 1, 0)"},
      {"a record was added", "INSERT INTO idempotency_records VALUES (1, 0, 'l', '')"},
      {"a record was deleted", "DELETE FROM idempotency_records WHERE id = 'k'"},
      {"a record was replaced",
       "UPDATE idempotency_records SET forget_at = forget_at + 1 WHERE id = 'k'"},
  };
  for (const auto& [what, change] : cases) {
    CAPTURE(what);
    writer_group group{*at.writer};
    group.set("a", 7).set("b", 7).set("c", 7).remember("k").remember("l").remember("m");
    CHECK(group.begin(mode::read) == transaction_result::ok);
    at.sql.run(change);
    const auto before = at.everything();
    const auto conflicts = at.ledger.statistics().conflicts;
    CHECK(group.commit() == transaction_result::conflict);
    CHECK(at.everything() == before);
    CHECK(at.ledger.statistics().conflicts == conflicts + 1);
    // So that each case has what it changes.
    at.sql.run("DELETE FROM counters");
    at.sql.run("DELETE FROM idempotency_records");
    CHECK(writer_group{*at.writer}.set("b", 1).remember("k").write() == transaction_result::ok);
  }
  writer_group group{*at.writer};
  group.set("a", 7).set("b", 7).set("c", 7).remember("l").remember("m");
  CHECK(group.begin(mode::read) == transaction_result::ok);
  CHECK(group.commit() == transaction_result::ok);
  CHECK(at.ledger.statistics().lost_sessions == 0);
  CHECK(at.ledger.statistics().errors == 0);
}

TEST_CASE("a database that has lost a writer's groups is used no more") {
  struct {
    std::string what;
    std::string change;
  } const cases[] = {
      {"it is behind", "UPDATE writers SET seq = seq - 1"},
      {"it is ahead by more than a group", "UPDATE writers SET seq = seq + 2"},
      {"it does not know the writer", "DELETE FROM writers"},
  };
  for (const auto& [what, change] : cases) {
    CAPTURE(what);
    scene at;
    CHECK(writer_group{*at.writer}.set("x", 1).write() == transaction_result::ok);
    at.end_sessions();
    CHECK(writer_group{*at.writer}.set("x", 2).write() == transaction_result::ok);
    CHECK(at.losses == 0);
    at.end_sessions();
    at.sql.run(change);
    CHECK(writer_group{*at.writer}.set("x", 3).write() == transaction_result::away);
    CHECK(at.losses == 1);
    CHECK(writer_group{*at.writer}.set("x", 4).write() == transaction_result::away);
    CHECK(at.losses == 1);
    CHECK(at.sql.number("SELECT value FROM counters") == 2);
  }
}

TEST_CASE("a commit that was in doubt when the database had lost changes is unknown") {
  scene at;
  CHECK(writer_group{*at.writer}.set("x", 1).write() == transaction_result::ok);
  writer_group group{*at.writer};
  group.set("x", 2);
  CHECK(group.begin() == transaction_result::ok);
  at.end_sessions();
  at.sql.run("UPDATE writers SET seq = seq - 1");
  CHECK(group.commit() == transaction_result::unknown);
  CHECK(at.losses == 1);
}
