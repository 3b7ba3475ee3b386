#include "counter/kept_table.hpp"

#include "counter/answer.hpp"
#include "counter/limits.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace counter {

namespace {

table::settings table_settings(const kept_table::settings& how, const ledger_summary& kept) {
  return {how.counters, how.replays, how.replay_ttl, how.placement.key(), kept.version,
          kept.now,     true};
}

}  // namespace

kept_table::kept_table(const settings& how, ledger& kept)
    : ledger_(kept),
      writer_(kept.open_writer(how.shard)),
      placement_(how.placement),
      shard_(how.shard),
      bytes_max_(how.bytes_max),
      table_(table_settings(how, kept.summary())) {}

void kept_table::answer(batch& asked) {
  if (!load(asked))
    return asked.refuse(outcome::unreadable);
  answer_all(asked, table_);
  if (due_position_.empty())
    return;
  // Upkeep is not done while there is more on the disk.
  for (std::size_t i = 0; i < asked.size(); ++i)
    if (asked.is_errand(i))
      if (auto* done = std::get_if<upkeep>(&asked.errand_at(i).answer))
        done->is_done = false;
}

kept kept_table::commit() {
  auto how = counter::kept::ok;
  if (table_.has_changes()) {
    const auto counters = table_.records().growth(), replays = table_.replays().growth();
    table_.records().for_each_change([&](auto name, const auto& before, const auto& after) {
      writer_->put(name, before, after);
    });
    table_.replays().for_each_change(
        [&](const auto& id, time_point at) { writer_->forget(id, at); },
        [&](const auto& id, const replay& what) { writer_->remember(id, what); });
    how = writer_->commit(table_.version(), table_.now(), counters, replays);
  }
  if (how == counter::kept::ok)
    table_.settle();
  else
    table_.undo();
  trim();
  return how;
}

void kept_table::take_back(std::span<const std::unique_ptr<batch>> answered, counter::kept how) {
  for (const auto& batch : answered) {
    switch (how) {
      case counter::kept::ok:
        break;
      case counter::kept::full:
        answer_reads(*batch);
        break;
      case counter::kept::unknown:
        batch->refuse(outcome::outcome_unknown);
        break;
      case counter::kept::refused:
        batch->refuse(outcome::draining);
        break;
    }
  }
  // A read may have found something expired.
  table_.undo();
}

/// What changes nothing is answered anew, the rest refused.
void kept_table::answer_reads(batch& answered) {
  if (!load(answered))
    return answered.refuse(outcome::unreadable);
  const auto now = answered.now();
  for (std::size_t i = 0; i < answered.size(); ++i) {
    if (!answered.is_errand(i)) {
      const auto command = answered.command_at(i);
      const bool is_read = command.operation == operation::get;
      answered.answer(
          i, is_read ? table_.apply(command, answered.hash_at(i), now) : reply{outcome::disk_full});
      continue;
    }
    auto& errand = answered.errand_at(i);
    const auto* command = std::get_if<full_command>(&errand.question);
    if (command != nullptr && command->parameters.operation == operation::get)
      errand.answer = table_.apply(*command, answered.hash_at(i), now);
    else
      errand.refuse(outcome::disk_full);
  }
}

// -- what has to be in memory before it is asked about ------------------------------

bool kept_table::load(batch& asked) {
  const auto now = std::max(asked.now(), table_.now());
  needed_.clear();
  needed_hashes_.clear();
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (!asked.is_errand(i)) {
      need(asked.command_at(i).name, asked.hash_at(i));
      continue;
    }
    const auto& what = asked.errand_at(i).question;
    if (const auto* command = std::get_if<full_command>(&what)) {
      need(command->name, asked.hash_at(i));
      if (command->is_keyed() && !load_replay(replay_id_of(*command), now))
        return false;
    } else if (std::holds_alternative<upkeep_request>(what) && !load_due(now)) {
      return false;
    }
  }
  return load_needed();
}

/// What is due is loaded, so that the table can see to it.
bool kept_table::load_due(time_point now) {
  std::vector<due_entry> due;
  if (!ledger_.read_due(now, limits::shard_steps_max, due_position_, due))
    return false;
  std::erase_if(due, [&](const due_entry& entry) {
    return placement_.of(name_of_replay(entry.id)).shard != shard_;
  });
  for (const auto& entry : due) {
    if (entry.kind == due_entry::what::counter)
      need(entry.id, placement_.of(entry.id).hash);
    else if (!load_replay(entry.id, now))
      return false;
  }
  return load_needed();
}

void kept_table::need(std::string_view name, std::uint64_t hash) {
  if (table_.records().find({name, hash}) || table_.records().was_erased(name))
    return;
  needed_.push_back(name);
  needed_hashes_.push_back(hash);
}

bool kept_table::load_needed() {
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
bool kept_table::load_replay(const std::string& id, time_point now) {
  auto& replays = table_.replays();
  if (!replays.knows(id)) {
    std::optional<replay> found;
    if (!ledger_.read_replay(id, found))
      return false;
    if (!found)
      return true;
    replays.restore(id, *found);
  }
  replays.forget_kept(id, now);
  return true;
}

/// Everything in memory is kept, so any of it can go.
void kept_table::trim() {
  while (table_.records().bytes() > bytes_max_)
    table_.records().evict_some();
}

}  // namespace counter
