#include "counter/shard/durable_table.hpp"

#include "counter/limits.hpp"
#include "counter/shard/apply_batch.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace counter {

namespace {

table::settings table_settings(const durable_table::settings& settings,
                               const ledger_summary& summary, change_set& changes) {
  return {.counters = settings.counters,
          .idempotency_records = settings.idempotency_records,
          .idempotency_ttl = settings.idempotency_ttl,
          .key = settings.placement.key(),
          .version = std::max(settings.version, summary.version),
          .start = summary.now,
          .changes = &changes};
}

}  // namespace

durable_table::durable_table(const settings& configuration, counter::ledger& ledger,
                             shard_metrics& metrics)
    : ledger_(ledger),
      metrics_(metrics),
      writer_(ledger.open_writer(configuration.shard)),
      placement_(configuration.placement),
      shard_(configuration.shard),
      bytes_max_(configuration.bytes_max),
      table_(table_settings(configuration, ledger.summary(), changes_)) {}

void durable_table::apply(batch& batch) {
  if (const auto result = load(batch); result != outcome::ok)
    return batch.refuse(result);
  apply_batch(batch, table_, metrics_);
  if (due_position_.empty())
    return;
  // A sweep is not done while the ledger has more that is due.
  for (std::size_t i = 0; i < batch.size(); ++i)
    if (batch.kind_of(i) == batch::kind_type::call)
      if (auto* sweep = std::get_if<expiry_sweep>(&batch.call_at(i).response))
        sweep->is_done = false;
}

commit_result durable_table::commit() {
  auto result = commit_result::ok;
  sync_time_ = {};
  if (!changes_.is_empty()) {
    table_.for_each_counter_change([&](auto name, const auto& before, const auto& after) {
      writer_->put(name, before, after);
    });
    changes_.for_each_idempotency_change(
        [&](auto id, time_point forget_at) { writer_->forget(id, forget_at); },
        [&](auto id, const idempotency_record& record) { writer_->remember(id, record); });
    result = writer_->commit(table_.version(), table_.now(), changes_.counter_growth(),
                             changes_.idempotency_growth());
    sync_time_ = writer_->sync_time();
  }
  if (result == commit_result::ok)
    table_.commit();
  else
    table_.rollback();
  evict();
  metrics_.cache_bytes.set(table_.bytes());
  return result;
}

void durable_table::revise(std::span<const std::unique_ptr<batch>> group, commit_result result) {
  for (const auto& batch : group) {
    switch (result) {
      case commit_result::ok:
        break;
      case commit_result::full:
        apply_reads(*batch);
        break;
      case commit_result::unknown:
        batch->refuse(outcome::outcome_unknown);
        break;
      case commit_result::refused:
        batch->refuse(outcome::draining);
        break;
    }
  }
  // A read erases a counter that it finds expired.
  table_.rollback();
}

/// Applies the reads of a batch again and refuses everything else.
void durable_table::apply_reads(batch& batch) {
  if (const auto result = load(batch); result != outcome::ok)
    return batch.refuse(result);
  const auto now = batch.now();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch.kind_of(i) == batch::kind_type::command) {
      const auto command = batch.command_at(i);
      const bool is_read = command.operation == operation::get;
      batch.complete(
          i, is_read ? table_.apply(command, batch.hash_at(i), now) : reply{outcome::disk_full});
      continue;
    }
    const auto* command = batch.full_command_at(i);
    if (command != nullptr && command->parameters.operation == operation::get)
      batch.complete_full(i, table_.apply(*command, batch.hash_at(i), now));
    else
      batch.refuse(i, outcome::disk_full);
  }
}

// -- the cache ----------------------------------------------------------------

/// Loads everything that the batch will ask the table for. Returns ok, or why
/// the ledger cannot be read.
outcome durable_table::load(batch& batch) {
  const auto now = std::max(batch.now(), table_.now());
  needed_.clear();
  needed_hashes_.clear();
  auto result = outcome::ok;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch.kind_of(i) == batch::kind_type::command) {
      need(batch.command_at(i).name, batch.hash_at(i));
    } else if (const auto* command = batch.full_command_at(i)) {
      need(command->name, batch.hash_at(i));
      if (command->is_keyed())
        result = load_idempotency_record(idempotency_id_of(*command), now);
    } else if (std::holds_alternative<expiry_sweep_request>(batch.call_at(i).request)) {
      result = load_due(now);
    }
    if (result != outcome::ok)
      return result;
  }
  return load_needed();
}

/// Loads some of what is due in this shard, so that the table can expire it.
outcome durable_table::load_due(time_point now) {
  std::vector<due_entry> due;
  auto result = ledger_.read_due(now, limits::shard_steps_max, due_position_, due);
  if (result != outcome::ok)
    return result;
  for (const auto& entry : due) {
    const bool is_counter = entry.kind == due_entry::kind_type::counter;
    const auto location = placement_.of(is_counter ? entry.id : name_of_idempotency_id(entry.id));
    if (location.shard != shard_)
      continue;
    if (is_counter)
      need(entry.id, location.hash);
    else if (result = load_idempotency_record(entry.id, now); result != outcome::ok)
      return result;
  }
  return load_needed();
}

/// Borrows `name` until the next load_needed().
void durable_table::need(std::string_view name, std::uint64_t hash) {
  if (table_.is_current({name, hash}))
    return;
  needed_.push_back(name);
  needed_hashes_.push_back(hash);
}

outcome durable_table::load_needed() {
  if (needed_.empty())
    return outcome::ok;
  states_.assign(needed_.size(), std::nullopt);
  const auto result = ledger_.read(needed_, states_);
  for (std::size_t i = 0; result == outcome::ok && i < needed_.size(); ++i) {
    const table::hashed_name key{needed_[i], needed_hashes_[i]};
    // A name may be needed more than once.
    if (states_[i] && !table_.is_current(key))
      table_.load(key, *states_[i]);
  }
  needed_.clear();
  needed_hashes_.clear();
  return result;
}

/// Loads a record and forgets it at once if its time is over.
outcome durable_table::load_idempotency_record(const std::string& id, time_point now) {
  if (!table_.is_current(id)) {
    std::optional<idempotency_record> record;
    const auto result = ledger_.read_idempotency_record(id, record);
    if (result != outcome::ok || !record)
      return result;
    table_.load(id, *record);
  }
  table_.forget_due(id, now);
  return outcome::ok;
}

/// Call it when nothing is uncommitted: then every counter can be loaded again.
void durable_table::evict() {
  while (table_.bytes() > bytes_max_)
    table_.evict();
}

}  // namespace counter
