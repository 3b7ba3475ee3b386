#include "storage/postgres/statements.hpp"

#include <array>

namespace storage::postgres {

namespace sql {

const statement begin{"begin", "BEGIN ISOLATION LEVEL READ COMMITTED"};
const statement commit{"commit", "COMMIT"};
const statement rollback{"rollback", "ROLLBACK"};

const statement lock_writer{"lock_writer", R"(
SELECT 1::int8 FROM :schema.writers WHERE id = $1::int8 AND epoch = $2::int8 AND seq = $3::int8 FOR UPDATE
)"};

const statement lock_counters{"lock_counters", R"(
SELECT name, value, version, coalesce(expires_at, 0) FROM :schema.counters
WHERE name = ANY ($1::text[]) ORDER BY name FOR UPDATE
)"};

const statement read_counters{"read_counters", R"(
SELECT name, value, version, coalesce(expires_at, 0) FROM :schema.counters WHERE name = ANY ($1::text[])
)"};

const statement read_records{"read_records", R"(
SELECT id, record FROM :schema.idempotency_records WHERE id = ANY ($1::bytea[])
)"};

const statement lock_meta{"lock_meta", "SELECT 1::int8 FROM :schema.meta FOR UPDATE"};

const statement now{"now", R"(
SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8
)"};

const statement write{"write", R"(
WITH me AS (
  SELECT id FROM :schema.writers WHERE id = $1::int8 AND epoch = $2::int8 AND seq = $3::int8 FOR UPDATE
), written AS (
  INSERT INTO :schema.counters AS c (name, value, version, previous, expires_at)
  SELECT t.name, t.value, t.version, t.previous, nullif(t.expires_at, 0)
  FROM me, unnest($4::text[], $5::int8[], $6::int8[], $7::int8[], $8::int8[])
    AS t (name, value, version, previous, expires_at)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value, version = excluded.version,
    previous = excluded.previous, expires_at = excluded.expires_at
  WHERE c.version = excluded.previous
  RETURNING 1
), records AS (
  SELECT t.* FROM me, unnest($9::bytea[], $10::int8[], $11::int8[], $12::bytea[])
    AS t (id, forget_at, previous, record)
), added AS (
  INSERT INTO :schema.idempotency_records (id, forget_at, previous, record)
  SELECT id, forget_at, previous, record FROM records WHERE previous = 0
  ON CONFLICT DO NOTHING
  RETURNING 1
), replaced AS (
  UPDATE :schema.idempotency_records AS r
  SET forget_at = t.forget_at, previous = t.previous, record = t.record
  FROM records AS t WHERE r.id = t.id AND r.forget_at = t.previous AND t.previous <> 0
  RETURNING 1
)
UPDATE :schema.writers SET seq = seq + 1, clock = greatest(clock, $13::int8),
  seen_at = greatest(seen_at, $13::int8),
  counters = counters + $14::int8, idempotency_records = idempotency_records + $15::int8,
  stale = $16::int8 - (SELECT count(*) FROM written) - (SELECT count(*) FROM added)
    - (SELECT count(*) FROM replaced)
    + (SELECT count(*) FROM :schema.counters AS c WHERE c.name = ANY ($17::text[]))
WHERE id = (SELECT id FROM me)
RETURNING seq
)"};

const statement confirm{"confirm", R"(
UPDATE :schema.writers SET clock = greatest(clock, $4::int8),
  seen_at = greatest(seen_at, $4::int8)
WHERE id = $1::int8 AND epoch = $2::int8 AND seq = $3::int8
RETURNING seq
)"};

const statement add_writer{"add_writer", R"(
INSERT INTO :schema.writers (id, epoch, seq, clock, counters, idempotency_records, seen_at, host, stale)
VALUES ($1::int8, 1, 0, 0, 0, 0, (extract(epoch FROM clock_timestamp()) * 1000)::int8, $2::text, 0)
)"};

const statement fence{"fence", R"(
UPDATE :schema.writers SET epoch = epoch + 1, clock = greatest(clock, $2::int8),
  seen_at = greatest($2::int8, (extract(epoch FROM clock_timestamp()) * 1000)::int8)
WHERE id = $1::int8
RETURNING epoch, seq
)"};

const statement clock{"clock", R"(
SELECT greatest((SELECT clock FROM :schema.meta), (SELECT coalesce(max(clock), 0) FROM :schema.writers))
)"};

// Each DELETE looks for its rows first, so that it locks none that a group has, and waits for none.
const statement sweep{"sweep", R"(
WITH me AS (
  SELECT id, greatest($3::int8, (extract(epoch FROM clock_timestamp()) * 1000)::int8) AS now
  FROM :schema.writers WHERE id = $1::int8 AND epoch = $2::int8 FOR UPDATE
), expired AS (
  UPDATE :schema.counters SET value = 0, previous = version, expires_at = -(SELECT now FROM me)
  WHERE name = ANY (ARRAY (
    SELECT name FROM :schema.counters WHERE expires_at > 0 AND expires_at <= (SELECT now FROM me)
    ORDER BY expires_at LIMIT $4::int8 FOR UPDATE SKIP LOCKED))
  RETURNING 1
), forgotten AS (
  DELETE FROM :schema.idempotency_records WHERE id = ANY (ARRAY (
    SELECT id FROM :schema.idempotency_records WHERE forget_at <= (SELECT now FROM me)
    ORDER BY forget_at LIMIT $4::int8 FOR UPDATE SKIP LOCKED))
  RETURNING 1
), deleted AS (
  DELETE FROM :schema.counters WHERE name = ANY (ARRAY (
    SELECT name FROM :schema.counters WHERE expires_at < 0 AND expires_at > (SELECT $5::int8 - now FROM me)
    ORDER BY expires_at DESC LIMIT $4::int8 FOR UPDATE SKIP LOCKED))
  RETURNING 1
)
UPDATE :schema.writers SET counters = counters - (SELECT count(*) FROM expired),
  idempotency_records = idempotency_records - (SELECT count(*) FROM forgotten),
  seen_at = (SELECT now FROM me), clock = greatest(clock, (SELECT now FROM me))
WHERE id = (SELECT id FROM me)
RETURNING counters, idempotency_records, greatest((SELECT count(*) FROM expired),
  (SELECT count(*) FROM forgotten), (SELECT count(*) FROM deleted))
)"};

const statement count_others{"count_others", R"(
SELECT m.counters + o.counters, m.idempotency_records + o.idempotency_records
FROM :schema.meta AS m, (
  SELECT coalesce(sum(counters), 0)::int8 AS counters,
    coalesce(sum(idempotency_records), 0)::int8 AS idempotency_records
  FROM :schema.writers WHERE id <> ALL ($1::int8[])) AS o
)"};

const statement fold_writers{"fold_writers", R"(
WITH unseen AS (
  DELETE FROM :schema.writers WHERE seen_at < $1::int8 AND id <> ALL ($2::int8[])
  RETURNING clock, counters, idempotency_records
)
UPDATE :schema.meta SET clock = greatest(clock, (SELECT max(clock) FROM unseen)),
  counters = counters + (SELECT sum(counters) FROM unseen)::int8,
  idempotency_records = idempotency_records + (SELECT sum(idempotency_records) FROM unseen)::int8
WHERE EXISTS (SELECT 1 FROM unseen)
)"};

const statement list{"list", R"(
SELECT name, value, version, coalesce(expires_at, 0) FROM :schema.counters
WHERE name > $1::text AND name >= $2::text ORDER BY name LIMIT $3::int8
)"};

const statement read_format{"read_format", "SELECT format::int8 FROM :schema.meta"};

const statement read_settings{"read_settings", R"(
SELECT current_setting('server_encoding', true), current_setting('fsync', true),
  current_setting('full_page_writes', true), current_setting('synchronous_commit', true),
  current_setting('synchronous_standby_names', true)
)"};

const statement read_timeline{"read_timeline", R"(
SELECT (SELECT system_identifier FROM pg_control_system())::int8,
  ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int8
)"};

const statement read_missing_rights{"read_missing_rights", R"(
SELECT coalesce(string_agg(DISTINCT t, ', '), '')
FROM unnest(ARRAY['counters', 'idempotency_records', 'writers', 'meta']) AS t,
  unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS r
WHERE NOT has_table_privilege(':schema.' || t, r)
)"};

}  // namespace sql

std::span<const statement* const> statements_of_writer() noexcept {
  static constexpr std::array all{&sql::begin,        &sql::commit,        &sql::rollback,
                                  &sql::lock_writer,  &sql::lock_counters, &sql::read_counters,
                                  &sql::read_records, &sql::now,           &sql::write,
                                  &sql::confirm,      &sql::sweep,         &sql::count_others,
                                  &sql::lock_meta};
  return all;
}

}  // namespace storage::postgres
