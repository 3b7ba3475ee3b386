#include "counter/shard/idempotency_store.hpp"

#include <utility>

namespace counter {

idempotency_store::idempotency_store(quota& room, std::chrono::milliseconds kept_for,
                                     siphash_key key, bool keeps_changes)
    : room_(room),
      kept_for_(kept_for),
      key_(key),
      keeps_changes_(keeps_changes),
      numbers_(0, by_id{this}, by_id{this}) {}

const idempotency_record* idempotency_store::find(const full_command& command,
                                                  time_point now) const {
  const auto found = numbers_.find(std::string_view{idempotency_id_of(command)});
  if (found == numbers_.end() || at(*found).what.forget_at <= now)
    return nullptr;
  return &at(*found).what;
}

void idempotency_store::remember(const full_command& command, const full_reply& reply,
                                 time_point now) {
  auto id = idempotency_id_of(command);
  // One whose time is over, and that was not forgotten yet.
  if (const auto old = numbers_.find(std::string_view{id}); old != numbers_.end())
    drop(*old);
  add({std::move(id), {command.parameters, reply, now + kept_for_}, true});
  ++growth_;
}

bool idempotency_store::forget(time_point now, std::size_t max) {
  if (keeps_changes_)
    return true;
  while (!records_.empty() && records_.front().what.forget_at <= now) {
    if (max-- == 0)
      return false;
    const auto found = numbers_.find(std::string_view{records_.front().id});
    // A newer one may have taken its place.
    if (found != numbers_.end() && *found == first_)
      numbers_.erase(found);
    records_.pop_front();
    ++first_;
    room_.give();
  }
  return true;
}

// -- changes ------------------------------------------------------------------

void idempotency_store::restore(std::string id, const idempotency_record& kept) {
  add({std::move(id), kept, false});
}

void idempotency_store::forget_kept(std::string_view id, time_point now) {
  const auto found = numbers_.find(id);
  if (found != numbers_.end() && !at(*found).is_new && at(*found).what.forget_at <= now)
    drop(*found);
}

void idempotency_store::clear() {
  numbers_.clear();
  first_ += records_.size();
  records_.clear();
  forgotten_.clear();
  growth_ = 0;
}

// -- records ------------------------------------------------------------------

void idempotency_store::add(record added) {
  records_.push_back(std::move(added));
  numbers_.insert(first_ + records_.size() - 1);
}

/// It is not found any more. In memory forget() gives its room back.
void idempotency_store::drop(number which) {
  numbers_.erase(numbers_.find(std::string_view{at(which).id}));
  if (!keeps_changes_)
    return;
  auto& dropped = records_[which - first_];
  if (dropped.is_new)
    dropped.is_new = false;  // as if it had never been
  else
    forgotten_.emplace(dropped.id, dropped.what.forget_at);
  room_.give();
  --growth_;
}

}  // namespace counter
