#include "counter/shard/shared_group.hpp"

#include <algorithm>

namespace counter {

namespace {

/// Returns the element whose `key` is `wanted`. Precondition: there is one.
template <class Element, class Key>
const Element& find_sorted(const std::vector<Element>& sorted, std::string_view wanted, Key key) {
  return *std::lower_bound(
      sorted.begin(), sorted.end(), wanted,
      [key](const Element& left, std::string_view right) { return left.*key < right; });
}

}  // namespace

void shared_group::collect(std::span<const std::unique_ptr<batch>> batches) {
  items_.clear();
  calls_.clear();
  for (const auto& batch : batches)
    for (std::size_t i = 0; i < batch->size(); ++i)
      collect(*batch, i);
}

void shared_group::collect(batch& batch, std::size_t index) {
  const auto add = [&](std::string_view name, counter::operation operation) {
    const bool is_read = operation == counter::operation::get;
    items_.push_back({&batch, index, name, is_read, !is_read});
  };
  if (batch.kind_of(index) == batch::kind_type::command) {
    const auto command = batch.command_at(index);
    add(command.name, command.operation);
  } else if (const auto* command = batch.full_command_at(index)) {
    add(command->name, command->parameters.operation);
  } else {
    calls_.push_back(&batch.call_at(index));
  }
}

void shared_group::collect_rows() {
  by_name_.clear();
  for (auto& item : items_)
    if (!item.is_completed)
      by_name_.push_back(&item);
  std::sort(by_name_.begin(), by_name_.end(),
            [](const auto* left, const auto* right) { return left->name < right->name; });
  rows_.clear();
  hashes_.clear();
  for (auto* item : by_name_) {
    if (rows_.empty() || rows_.back().name != item->name) {
      rows_.push_back({item->name});
      hashes_.push_back(item->batch->hash_at(item->index));
    }
    rows_.back().may_change |= item->locks;
    item->row = rows_.size() - 1;
  }
}

void shared_group::collect_records() {
  records_.clear();
  for (const auto* item : by_name_)
    if (const auto* command = item->batch->full_command_at(item->index))
      if (command->is_keyed())
        records_.push_back({idempotency_id_of(*command)});
  const auto less = [](const auto& left, const auto& right) { return left.id < right.id; };
  const auto equal = [](const auto& left, const auto& right) { return left.id == right.id; };
  std::sort(records_.begin(), records_.end(), less);
  records_.erase(std::unique(records_.begin(), records_.end(), equal), records_.end());
}

bool shared_group::has_pending() const noexcept {
  return std::any_of(items_.begin(), items_.end(),
                     [](const entry& each) { return !each.is_completed; });
}

void shared_group::look_up() {
  collect_rows();
  collect_records();
}

const shared_row& shared_group::row_of(std::string_view name) const {
  return find_sorted(rows_, name, &shared_row::name);
}

const shared_record& shared_group::record_of(std::string_view id) const {
  return find_sorted(records_, id, &shared_record::id);
}

shared_group::part_type shared_group::part_of(const entry& item) const noexcept {
  const auto& row = rows_[item.row];
  return row.exists() || !row.may_change ? part_type::update : part_type::insert;
}

/// The reply of a decided operation is final.
void shared_group::complete(entry& item, shard_metrics& metrics) {
  auto& batch = *item.batch;
  const auto index = item.index;
  item.is_decided = false;
  item.is_completed = true;
  if (batch.kind_of(index) == batch::kind_type::command) {
    metrics.count(batch.command_at(index).operation);
    batch.complete(index, item.reply);
  } else {
    metrics.count(*batch.full_command_at(index), batch.full_reply_at(index));
  }
}

outcome shared_group::outcome_of(const entry& item) {
  return item.batch->full_command_at(item.index) != nullptr
             ? item.batch->full_reply_at(item.index).outcome
             : item.reply.outcome;
}

bool shared_group::changes_nothing(const entry& item) {
  if (item.is_read)
    return true;
  if (item.batch->full_command_at(item.index) == nullptr)
    return false;
  const auto reply = item.batch->full_reply_at(item.index);
  return reply.is_replayed || reply.outcome == outcome::key_mismatch;
}

void shared_group::refuse(entry& item, transaction_result result) {
  item.batch->refuse(item.index, counter::outcome_of(result));
  item.is_decided = false;
  item.is_completed = true;
}

/// Returns true if begin() has found a record that says what to reply.
bool shared_group::is_replay(const entry& item, time_point now) const {
  const auto* command = item.batch->full_command_at(item.index);
  if (command == nullptr || !command->is_keyed())
    return false;
  const auto& record = record_of(idempotency_id_of(*command));
  return record.current && record.current->forget_at > now;
}

/// Completes what is pending with the outcome of a transaction that has failed.
void shared_group::refuse(transaction_result result, bool spares_unchanging, time_point now) {
  for (auto& item : items_) {
    if (item.is_completed || (spares_unchanging && (item.is_read || is_replay(item, now))))
      continue;
    // What no transaction has decided was not sent, and a read changes nothing.
    const bool is_known =
        result == transaction_result::unknown && (!item.is_decided || item.is_read);
    refuse(item, is_known ? transaction_result::away : result);
  }
}

}  // namespace counter
