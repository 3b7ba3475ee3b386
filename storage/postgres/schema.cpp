#include "storage/postgres/schema.hpp"

#include "storage/postgres/statements.hpp"

#include <stdexcept>

namespace storage::postgres {

namespace {

// A group updates each of its counters once, in place: with some room in each page the new version
// of a row stays on it, and no index changes (HOT). `name` comes last, so that no padding follows
// it. `previous` is what the one statement compares that creates and changes rows.
constexpr std::string_view text =
    R"(-- The tables of counterd, format 1. The owner of the database runs this, and then
--   GRANT USAGE ON SCHEMA :schema TO ROLE;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA :schema TO ROLE;
-- The role needs nothing else.
BEGIN;
CREATE SCHEMA :schema;

CREATE TABLE :schema.counters (
  value bigint NOT NULL,
  version bigint NOT NULL,
  previous bigint NOT NULL,              -- the version that this one has replaced; 0: none
  expires_at bigint,                     -- ms since 1970; null: never; negative: deleted then
  name text COLLATE "C" PRIMARY KEY
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX counters_expire ON :schema.counters (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE :schema.idempotency_records (
  forget_at bigint NOT NULL,             -- ms since 1970
  previous bigint NOT NULL,              -- forget_at of the record that this one has replaced; 0: none
  id bytea PRIMARY KEY,                  -- name, key and position in a batch, with a 0 between them
  record bytea NOT NULL                  -- what was asked, and the reply
);
CREATE INDEX idempotency_records_forget ON :schema.idempotency_records (forget_at);

CREATE TABLE :schema.writers (
  id bigint PRIMARY KEY,                 -- a shard of a server, from its start on
  epoch bigint NOT NULL,                 -- how often its session was replaced
  seq bigint NOT NULL,                   -- the groups that it has written
  clock bigint NOT NULL,                 -- the latest time that it has acted upon
  counters bigint NOT NULL,              -- those that it has made, less those it has removed
  idempotency_records bigint NOT NULL,   -- the same
  seen_at bigint NOT NULL,
  host text NOT NULL,
  stale bigint NOT NULL CONSTRAINT counterd_group_found_rows_changed CHECK (stale = 0)
) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

CREATE TABLE :schema.meta (
  one integer PRIMARY KEY CHECK (one = 1),
  format integer NOT NULL,
  clock bigint NOT NULL,                 -- these three: of the writers that are gone
  counters bigint NOT NULL,
  idempotency_records bigint NOT NULL
);
INSERT INTO :schema.meta VALUES (1, 1, 0, 0, 0);
COMMIT;
)";

}  // namespace

std::string schema_text(std::string_view schema) {
  return text_for(schema, text);
}

std::string why_not_durable(const result& settings) {
  const auto setting = [&](int column) { return settings.bytes(0, column); };
  constexpr std::string_view what = "the database may lose what it has confirmed: turn ";
  if (setting(1) == "off" || setting(2) == "off")
    return std::string{what} + "fsync and full_page_writes on";
  if (setting(3) == "off" || setting(3) == "local")
    return std::string{what} + "synchronous_commit on for this role";
  return {};
}

std::vector<std::string> check_database(connection& session, std::string_view schema,
                                        connection::clock::time_point deadline) {
  const std::string name{schema};
  const auto settings = session.add(sql::read_settings).run(deadline);
  const auto setting = [&](int column) { return std::string{settings[0].bytes(0, column)}; };
  if (setting(0) != "UTF8" && !setting(0).empty())
    throw std::runtime_error("the encoding of the database is " + setting(0) +
                             ": make one with ENCODING 'UTF8'");
  if (const auto reason = why_not_durable(settings[0]); !reason.empty())
    throw std::runtime_error(reason);
  try {
    const auto results = session.add(sql::read_format).run(deadline);
    const auto& found = results[0];
    if (found.rows() != 1 || found.number(0, 0) != format)
      throw std::runtime_error("the tables in the schema " + name +
                               " are of another format than this counterd knows, which is " +
                               std::to_string(format));
  } catch (const error& error) {
    if (error.state() == "42501")
      throw std::runtime_error("the role may not use the schema " + name +
                               ": GRANT USAGE ON SCHEMA " + name +
                               " and the rights that `counterd engine-schema` names");
    if (error.failure() == failure::refused)
      throw std::runtime_error("the schema " + name +
                               " has no tables of counterd: run `counterd engine-schema | psql` as "
                               "the owner of the database");
    throw;
  }
  const auto rights = session.add(sql::read_missing_rights).run(deadline);
  if (const auto missing = rights[0].bytes(0, 0); !missing.empty())
    throw std::runtime_error("the role needs SELECT, INSERT, UPDATE and DELETE on " +
                             std::string{missing} + " in the schema " + name);
  std::vector<std::string> warnings;
  if (setting(4).empty())
    warnings.emplace_back("it has no synchronous standby: a failover may lose confirmed changes");
  if (setting(3) == "remote_write")
    warnings.emplace_back(
        "synchronous_commit is remote_write: a failure of both machines at once may lose confirmed "
        "changes");
  return warnings;
}

}  // namespace storage::postgres
