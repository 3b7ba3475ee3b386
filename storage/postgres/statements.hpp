#pragma once

#include "storage/postgres/connection.hpp"

#include <span>

namespace storage::postgres {

// The SQL of this room. Times are milliseconds since 1970. What
// the tables mean is in schema.hpp, what a group does with them in postgres_writer.hpp.

namespace sql {

// -- transactions ---------------------------------------------------------------------

/// Explicitly, because the role's default may be another level: then every group that waited for a
/// lock would fail.
extern const statement begin;
extern const statement commit;
extern const statement rollback;

// -- a group --------------------------------------------------------------------------

/// $1 id, $2 epoch, $3 seq -> a row, if the writer is not fenced. Locks it.
extern const statement lock_writer;
/// Locks the row of `meta`, which comes before all other locks.
extern const statement lock_meta;
/// $1 names -> name, value, version, expires_at. Locks the rows in order of their names.
extern const statement lock_counters;
/// $1 names -> name, value, version, expires_at
extern const statement read_counters;
/// $1 ids -> id, record
extern const statement read_records;
/// -> the database's time
extern const statement now;
/// $1 id, $2 epoch, $3 seq; counters: $4 names, $5 values, $6 versions, $7 versions replaced, $8
/// expires_at; records: $9 ids, $10 forget_at, $11 forget_at replaced, $12 records; $13 now, $14
/// and $15 growth of counters and records, $16 how many counters and records these are, $17 names
/// that must have no row -> seq. No row: it has written nothing, because the writer is fenced.
/// Fails by the constraint of writers.stale if a row has changed since it was read.
extern const statement write;
/// $1 id, $2 epoch, $3 seq, $4 now -> seq, as it is. Its commit is as durable as all that came
/// before it.
extern const statement confirm;

// -- a writer ---------------------------------------------------------------------------

/// $1 id, $2 host
extern const statement add_writer;
/// $1 id, $2 now -> epoch, seq. Waits for a transaction of the writer that is still open.
extern const statement fence;
/// -> the latest time that any group has acted upon
extern const statement clock;

// -- upkeep -----------------------------------------------------------------------------

/// $1 id, $2 epoch, $3 the earliest time that it is, $4 how many of each, $5 age of deleted rows
/// -> the writer's counters and records, and the most that it has removed of one kind
extern const statement sweep;
/// $1 ids of own writers -> counters and records of all others
extern const statement count_others;
/// $1 since when, $2 ids of own writers: adds other writers that were not seen since to meta, which
/// is locked
extern const statement fold_writers;

// -- a list -------------------------------------------------------------------------------

/// $1 after, $2 prefix, $3 limit -> name, value, version, expires_at in order of the names
extern const statement list;

// -- a start ------------------------------------------------------------------------------

/// -> format
extern const statement read_format;
/// -> server_encoding, fsync, full_page_writes, synchronous_commit, synchronous_standby_names
extern const statement read_settings;
/// -> the system identifier of the cluster, and its timeline
extern const statement read_timeline;
/// -> the tables, separated by commas, on which the role lacks a right; empty if none
extern const statement read_missing_rights;

}  // namespace sql

/// Those that a writer uses again and again.
std::span<const statement* const> statements_of_writer() noexcept;

}  // namespace storage::postgres
