#include "http/api/metrics/store_report.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace http {

namespace {

using metrics::kind;

std::uint64_t sum_of(const counter::store_statistics& store, counter::operation operation) {
  std::uint64_t sum = 0;
  for (const auto& shard : store.shards)
    sum += shard.metrics->operations[static_cast<std::size_t>(operation)].value();
  return sum;
}

void report_operations(metrics::report& report, const counter::store_statistics& store) {
  using counter::operation;
  report
      .begin(kind::counter, "counterd_operations_total",
             "Operations on counters that shards carried out or refused; a batch has several.")
      .add({{"kind", "get"}}, sum_of(store, operation::get))
      .add({{"kind", "add"}}, sum_of(store, operation::add))
      .add({{"kind", "set"}}, sum_of(store, operation::set))
      .add({{"kind", "delete"}}, sum_of(store, operation::remove));
  std::uint64_t replays = 0;
  for (const auto& shard : store.shards)
    replays += shard.metrics->idempotency_replays.value();
  report.add(kind::counter, "counterd_idempotency_replays_total",
             "Operations that were answered from an idempotency record.", replays);
}

/// Adds a gauge of each shard.
template <class Number>
void report_each(metrics::report& report, std::string_view name, std::string_view help,
                 const counter::store_statistics& store, Number number) {
  std::vector<double> values;
  for (const auto& shard : store.shards)
    values.push_back(static_cast<double>(number(shard)));
  report.add_each(kind::gauge, name, help, "shard", values, counter::limits::series_max);
}

void report_mailboxes(metrics::report& report, const counter::store_statistics& store) {
  report_each(report, "counterd_shard_queued_operations",
              "Operations that a shard was sent and has not completed.", store,
              [](const auto& shard) { return shard.queued_operations; });
  report_each(report, "counterd_shard_queue_limit_operations",
              "The operations that a shard's mailbox takes at this moment; more get a 503.", store,
              [](const auto& shard) { return shard.queued_operations_max; });
}

void report_contents(metrics::report& report, const counter::store_statistics& store,
                     const counter::limits& limits) {
  report.add(kind::gauge, "counterd_counters", "Counters that exist.", store.usage.counters);
  report.add(kind::gauge, "counterd_counters_limit", "The value of --max-counters.",
             limits.counters_max);
  report.add(kind::gauge, "counterd_idempotency_records", "Idempotency records that exist.",
             store.usage.idempotency_records);
  report.add(kind::gauge, "counterd_idempotency_records_limit", "The value of --idempotency-max.",
             limits.idempotency_records_max);
  report.add(kind::gauge, "counterd_table_bytes", "Memory that counters take.",
             store.counter_bytes);
}

void report_commits(metrics::report& report, const counter::store_statistics& store) {
  metrics::histogram_values seconds;
  metrics::histogram_values sync_seconds;
  metrics::histogram_values operations;
  for (const auto& shard : store.shards) {
    seconds += shard.metrics->commit_seconds.values();
    sync_seconds += shard.metrics->commit_sync_seconds.values();
    operations += shard.metrics->commit_operations.values();
  }
  report
      .begin(kind::histogram, "counterd_commit_seconds",
             "How long a group took to be written, and synced unless --sync is interval.")
      .add({}, metrics::durations, seconds);
  report
      .begin(kind::histogram, "counterd_commit_sync_seconds",
             "The part of counterd_commit_seconds that waited for the disk to sync.")
      .add({}, metrics::durations, sync_seconds);
  report.begin(kind::histogram, "counterd_commit_operations", "Operations that shared one commit.")
      .add({}, metrics::sizes, operations);
}

void report_disk(metrics::report& report, const counter::store_statistics& store) {
  using counter::health;
  const auto disk = store.ledger.value_or(counter::ledger_statistics{});
  auto is = [&](health state) { return store.health == state ? 1.0 : 0.0; };
  report
      .begin(kind::gauge, "counterd_disk_state",
             "1 for the state of the data directory; good without one.")
      .add({{"state", "good"}}, is(health::good) + is(health::away))
      .add({{"state", "full"}}, is(health::full))
      .add({{"state", "failed"}}, is(health::failed));
  report.add(kind::gauge, "counterd_disk_free_bytes", "Room on the file system of --data.",
             disk.free_bytes);
  report.add(kind::gauge, "counterd_disk_needed_bytes",
             "The room with which a full disk takes changes again.", disk.needed_bytes);
  report.add(kind::counter, "counterd_disk_read_failures_total",
             "Reads of the data directory that failed or found damage.", disk.read_failures);
  report.begin(kind::counter, "counterd_backups_total", "Backups, by result.")
      .add({{"result", "ok"}}, disk.backups)
      .add({{"result", "failed"}}, disk.failed_backups);
  report.add(kind::gauge, "counterd_backup_last_success_timestamp_seconds",
             "When the last backup was complete; 0: none since the start.", disk.last_backup);
  report.add(kind::gauge, "counterd_write_buffer_bytes",
             "Changes that are not merged into the rows of their counters.",
             disk.write_buffer_bytes);
  report.add(kind::gauge, "counterd_rocksdb_pending_compaction_bytes",
             "What RocksDB has yet to compact.", disk.pending_compaction_bytes);
  report.add(kind::gauge, "counterd_rocksdb_stalled", "1 while RocksDB delays or stops writes.",
             disk.is_stalled ? 1 : 0);
}

void report_database(metrics::report& report, const counter::shared_statistics& database) {
  report.add(kind::gauge, "counterd_database_reachable",
             "1 while the database of --engine can be reached.", database.is_reachable ? 1 : 0);
  report.add(kind::counter, "counterd_database_round_trips_total",
             "Messages to the database that waited for its reply.", database.round_trips);
  report.add(kind::counter, "counterd_database_commits_total",
             "Transactions that have changed something.", database.commits);
  report.add(kind::counter, "counterd_database_conflicts_total",
             "Transactions that began anew because another server was faster.", database.conflicts);
  report.begin(kind::counter, "counterd_database_sessions_total", "Sessions, by what happened.")
      .add({{"event", "opened"}}, database.sessions)
      .add({{"event", "lost"}}, database.lost_sessions);
  report.add(kind::counter, "counterd_database_errors_total",
             "Errors of the database that no retry mends; the log has them.", database.errors);
  report
      .begin(kind::counter, "counterd_database_commits_in_doubt_total",
             "Commits whose session was lost, by what the next session found.")
      .add({{"outcome", "stored"}}, database.doubts_stored)
      .add({{"outcome", "dropped"}}, database.doubts_dropped)
      .add({{"outcome", "unknown"}}, database.doubts_unknown);
}

}  // namespace

void report_store(metrics::report& report, const counter::store_statistics& store,
                  const counter::limits& limits) {
  report_operations(report, store);
  report_mailboxes(report, store);
  report_contents(report, store, limits);
  report_commits(report, store);
  report_disk(report, store);
  if (store.database)
    report_database(report, *store.database);
}

}  // namespace http
