#include "counter/shard/idempotency_store.hpp"

#include <utility>

namespace counter {

idempotency_store::idempotency_store(quota& room, std::chrono::milliseconds ttl, siphash_key key,
                                     change_set* changes, quota* memory)
    : room_(room),
      ttl_(ttl),
      key_(key),
      changes_(changes),
      numbers_(0, by_id{this}, by_id{this}),
      memory_(memory) {}

bool idempotency_store::reserve(std::string_view id) noexcept {
  if (!room_.take())
    return false;
  if (memory_ == nullptr || memory_->take(bytes_of(id)))
    return true;
  room_.give();
  return false;
}

void idempotency_store::unreserve(std::string_view id) noexcept {
  room_.give();
  if (memory_ != nullptr)
    memory_->give(bytes_of(id));
}

const idempotency_record* idempotency_store::find(std::string_view id, time_point now) const {
  const auto found = numbers_.find(id);
  if (found == numbers_.end() || at(*found).record.forget_at <= now)
    return nullptr;
  return &at(*found).record;
}

void idempotency_store::remember(std::string id, const parameters& parameters,
                                 const full_reply& reply, time_point now) {
  // A record whose time is over may not be forgotten yet.
  if (const auto old = numbers_.find(std::string_view{id}); old != numbers_.end())
    drop(*old);
  const auto& added = add({std::move(id), {parameters, reply, now + ttl_}});
  if (changes_ != nullptr)
    changes_->remember(added.id, added.record);
}

bool idempotency_store::forget(time_point now, std::size_t max) {
  if (changes_ != nullptr)
    return true;
  while (!entries_.empty() && entries_.front().record.forget_at <= now) {
    if (max-- == 0)
      return false;
    const auto oldest = numbers_.find(std::string_view{entries_.front().id});
    // A newer record may have taken over the id.
    if (oldest != numbers_.end() && *oldest == first_)
      numbers_.erase(oldest);
    unreserve(entries_.front().id);
    entries_.pop_front();
    ++first_;
  }
  return true;
}

// -- with a change_set --------------------------------------------------------

void idempotency_store::load(std::string id, const idempotency_record& committed) {
  add({std::move(id), committed});
}

void idempotency_store::forget_due(std::string_view id, time_point now) {
  const auto loaded = numbers_.find(id);
  if (loaded != numbers_.end() && at(*loaded).record.forget_at <= now &&
      !changes_->has_remembered(id))
    drop(*loaded);
}

void idempotency_store::clear() {
  numbers_.clear();
  first_ += entries_.size();
  entries_.clear();
}

// -- entries ------------------------------------------------------------------

const idempotency_store::entry& idempotency_store::add(entry added) {
  entries_.push_back(std::move(added));
  numbers_.insert(first_ + entries_.size() - 1);
  return entries_.back();
}

/// Makes the record unfindable. Without a change_set forget() gives its room back
/// when its turn comes; with one the entry stays until clear(), because the
/// change_set borrows its id.
void idempotency_store::drop(number dropped) {
  const auto& [id, record] = at(dropped);
  numbers_.erase(numbers_.find(std::string_view{id}));
  if (changes_ == nullptr)
    return;
  changes_->forget(id, record.forget_at);
  room_.give();
}

}  // namespace counter
