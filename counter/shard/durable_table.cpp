#include "counter/shard/durable_table.hpp"

#include "counter/limits.hpp"
#include "counter/shard/apply_batch.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace counter {

namespace {

table::settings table_settings(const durable_table::settings& how, const ledger_summary& kept) {
  return {how.counters,
          how.idempotency_records,
          how.idempotency_ttl,
          how.placement.key(),
          kept.version,
          kept.now,
          true};
}

}  // namespace

durable_table::durable_table(const settings& how, ledger& kept)
    : ledger_(kept),
      writer_(kept.open_writer(how.shard)),
      placement_(how.placement),
      shard_(how.shard),
      bytes_max_(how.bytes_max),
      table_(table_settings(how, kept.summary())) {}

void durable_table::answer(batch& asked) {
  if (!load(asked))
    return asked.refuse(outcome::unreadable);
  apply_batch(asked, table_);
  if (due_position_.empty())
    return;
  // Upkeep is not done while there is more on the disk.
  for (std::size_t i = 0; i < asked.size(); ++i)
    if (asked.is_call(i))
      if (auto* done = std::get_if<expiry_sweep>(&asked.call_at(i).response))
        done->is_done = false;
}

commit_result durable_table::commit() {
  auto how = counter::commit_result::ok;
  if (table_.has_changes()) {
    const auto counters = table_.records().growth(),
               idempotency_records = table_.idempotency_records().growth();
    table_.records().for_each_change([&](auto name, const auto& before, const auto& after) {
      writer_->put(name, before, after);
    });
    table_.idempotency_records().for_each_change(
        [&](const auto& id, time_point at) { writer_->forget(id, at); },
        [&](const auto& id, const idempotency_record& what) { writer_->remember(id, what); });
    how = writer_->commit(table_.version(), table_.now(), counters, idempotency_records);
  }
  if (how == counter::commit_result::ok)
    table_.settle();
  else
    table_.undo();
  trim();
  return how;
}

void durable_table::take_back(std::span<const std::unique_ptr<batch>> answered,
                              counter::commit_result how) {
  for (const auto& batch : answered) {
    switch (how) {
      case counter::commit_result::ok:
        break;
      case counter::commit_result::full:
        answer_reads(*batch);
        break;
      case counter::commit_result::unknown:
        batch->refuse(outcome::outcome_unknown);
        break;
      case counter::commit_result::refused:
        batch->refuse(outcome::draining);
        break;
    }
  }
  // A read may have found something expired.
  table_.undo();
}

/// What changes nothing is answered anew, the rest refused.
void durable_table::answer_reads(batch& answered) {
  if (!load(answered))
    return answered.refuse(outcome::unreadable);
  const auto now = answered.now();
  for (std::size_t i = 0; i < answered.size(); ++i) {
    if (!answered.is_call(i)) {
      const auto command = answered.command_at(i);
      const bool is_read = command.operation == operation::get;
      answered.complete(
          i, is_read ? table_.apply(command, answered.hash_at(i), now) : reply{outcome::disk_full});
      continue;
    }
    auto& call = answered.call_at(i);
    const auto* command = std::get_if<full_command>(&call.request);
    if (command != nullptr && command->parameters.operation == operation::get)
      call.response = table_.apply(*command, answered.hash_at(i), now);
    else
      call.refuse(outcome::disk_full);
  }
}

// -- what has to be in memory before it is asked about ------------------------------

bool durable_table::load(batch& asked) {
  const auto now = std::max(asked.now(), table_.now());
  needed_.clear();
  needed_hashes_.clear();
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (!asked.is_call(i)) {
      need(asked.command_at(i).name, asked.hash_at(i));
      continue;
    }
    const auto& what = asked.call_at(i).request;
    if (const auto* command = std::get_if<full_command>(&what)) {
      need(command->name, asked.hash_at(i));
      if (command->is_keyed() && !load_idempotency_record(idempotency_id_of(*command), now))
        return false;
    } else if (std::holds_alternative<expiry_sweep_request>(what) && !load_due(now)) {
      return false;
    }
  }
  return load_needed();
}

/// What is due is loaded, so that the table can see to it.
bool durable_table::load_due(time_point now) {
  std::vector<due_entry> due;
  if (!ledger_.read_due(now, limits::shard_steps_max, due_position_, due))
    return false;
  std::erase_if(due, [&](const due_entry& entry) {
    return placement_.of(name_of_idempotency_id(entry.id)).shard != shard_;
  });
  for (const auto& entry : due) {
    if (entry.kind == due_entry::what::counter)
      need(entry.id, placement_.of(entry.id).hash);
    else if (!load_idempotency_record(entry.id, now))
      return false;
  }
  return load_needed();
}

void durable_table::need(std::string_view name, std::uint64_t hash) {
  if (table_.records().find({name, hash}) || table_.records().was_erased(name))
    return;
  needed_.push_back(name);
  needed_hashes_.push_back(hash);
}

bool durable_table::load_needed() {
  if (needed_.empty())
    return true;
  found_.assign(needed_.size(), std::nullopt);
  const bool could_read = ledger_.read(needed_, found_);
  for (std::size_t i = 0; could_read && i < needed_.size(); ++i) {
    const record_set::hashed_name key{needed_[i], needed_hashes_[i]};
    // One name may be needed more than once.
    if (found_[i] && !table_.records().find(key))
      table_.records().restore(key, *found_[i]);
  }
  needed_.clear();
  needed_hashes_.clear();
  return could_read;
}

/// One whose time is over is forgotten at once.
bool durable_table::load_idempotency_record(const std::string& id, time_point now) {
  auto& idempotency_records = table_.idempotency_records();
  if (!idempotency_records.knows(id)) {
    std::optional<idempotency_record> found;
    if (!ledger_.read_idempotency_record(id, found))
      return false;
    if (!found)
      return true;
    idempotency_records.restore(id, *found);
  }
  idempotency_records.forget_kept(id, now);
  return true;
}

/// Everything in memory is kept, so any of it can go.
void durable_table::trim() {
  while (table_.records().bytes() > bytes_max_)
    table_.records().evict_some();
}

}  // namespace counter
