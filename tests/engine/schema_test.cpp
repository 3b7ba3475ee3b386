// Databases that cannot be used, and what the user is told.

#include "storage/postgres/schema.hpp"
#include "tests/engine/support/common_server.hpp"
#include "tests/engine/support/shard_server.hpp"
#include "tests/engine/support/sql_session.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace support;

namespace {

std::string local(const postgres_server& server, const std::string& user = "postgres",
                  const std::string& database = "postgres") {
  return "postgresql://" + user + "@127.0.0.1:" + std::to_string(server.port()) + "/" + database;
}

/// Returns what a server says that cannot start; "" if it can.
std::string refusal(const std::string& url, const std::string& schema) {
  try {
    const storage::postgres::postgres_ledger ledger{engine_settings(url, schema)};
    return "";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

/// Checks that the message is one line, says which database it is, and then what to do.
void check_refused(const std::string& url, const std::string& schema, const std::string& message) {
  const auto told = refusal(url, schema);
  CAPTURE(told);
  CHECK(told.find('\n') == told.npos);
  CHECK(told.starts_with(url.substr(url.find('@') + 1) + ": "));
  CHECK(told.find(message) != told.npos);
}

/// Makes a role that may log in, and runs a statement with its name in place of ROLE.
std::string new_role(const std::string& sql) {
  static int roles = 0;
  const auto name = "role" + std::to_string(++roles);
  auto text = "CREATE ROLE ROLE LOGIN;" + sql;
  text.replace(text.find("ROLE ROLE") + 5, 4, name);
  for (auto at = text.find(" ROLE;"); at != text.npos; at = text.find(" ROLE;", at))
    text.replace(at + 1, 4, name);
  common_server().query(text);
  return name;
}

}  // namespace

TEST_CASE("the tables must be there, of the format that this program knows") {
  const auto url = common_server().url();
  common_server().query("CREATE SCHEMA \"empty\"");
  const std::string make =
      "has no tables of counterd: run `counterd engine-schema | psql` as the "
      "owner of the database";
  check_refused(url, "empty", "the schema empty " + make);
  check_refused(url, "not_there", "the schema not_there " + make);

  const auto schema = new_schema();
  sql_session sql{schema};
  CHECK(refusal(url, schema) == "");
  const auto other_format = "the tables in the schema " + schema +
                            " are of another format than this counterd knows, "
                            "which is " +
                            std::to_string(storage::postgres::format);
  sql.run("UPDATE meta SET format = format + 1");
  check_refused(url, schema, other_format);
  sql.run("DELETE FROM meta");
  check_refused(url, schema, other_format);
  for (const std::string table : {"counters", "idempotency_records", "writers", "meta"}) {
    CAPTURE(table);
    const auto broken = new_schema();
    sql.run("DROP TABLE " + broken + "." + table);
    check_refused(url, broken, table == "meta" ? "the schema " + broken + " " + make : table);
  }
}

TEST_CASE("the role must have the rights that it needs, and no others") {
  const auto schema = new_schema();
  const auto grant = "GRANT USAGE ON SCHEMA " + schema + " TO ROLE;";
  const auto on_tables =
      "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA " + schema + " TO ROLE;";
  // What the schema's text says, and nothing else.
  const auto able = new_role(grant + on_tables);
  CHECK(refusal(local(common_server(), able), schema) == "");
  shard_server server{engine_settings(local(common_server(), able), schema)};
  CHECK(server.apply(unit::keyed("k", unit::add("x", 1))).outcome == counter::outcome::ok);
  server.sweep();

  check_refused(local(common_server(), new_role(grant)), schema, "GRANT USAGE");
  check_refused(local(common_server(), new_role("")), schema, "GRANT USAGE ON SCHEMA " + schema);
  for (const std::string right : {"SELECT", "INSERT", "UPDATE", "DELETE"})
    for (const std::string table : {"counters", "idempotency_records", "writers"}) {
      CAPTURE(right);
      CAPTURE(table);
      const auto role = new_role(grant + on_tables + "REVOKE " + right + " ON " + schema + "." +
                                 table + " FROM ROLE;");
      check_refused(local(common_server(), role), schema,
                    "the role needs SELECT, INSERT, UPDATE and DELETE on " + table +
                        " in the schema " + schema);
    }
}

TEST_CASE("a database that is not there, or a user whom it refuses, ends the start") {
  check_refused(local(common_server(), "nobody"), "counterd", "role \"nobody\" does not exist");
  check_refused(local(common_server(), "postgres", "nothing"), "counterd",
                "database \"nothing\" does not exist");
}

TEST_CASE("a database that may lose commits is refused") {
  const auto schema = new_schema();
  common_server().query(
      "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
  check_refused(local(common_server(), "postgres", "latin"), schema,
                "the encoding of the database is LATIN1: make one with ENCODING 'UTF8'");
  for (const std::string value : {"off", "local"}) {
    const auto role = new_role("");
    common_server().query("ALTER ROLE " + role + " SUPERUSER");
    CHECK(refusal(local(common_server(), role), schema) == "");
    common_server().query("ALTER ROLE " + role + " SET synchronous_commit = " + value);
    check_refused(local(common_server(), role), schema,
                  "the database may lose what it has confirmed: turn synchronous_commit on");
  }
  for (const std::string setting : {"fsync", "full_page_writes"}) {
    CAPTURE(setting);
    const postgres_server careless{{setting + "=off"}};
    careless.query(storage::postgres::schema_text("counterd"));
    check_refused(
        careless.url(), "counterd",
        "the database may lose what it has confirmed: turn fsync and full_page_writes on");
  }
}
