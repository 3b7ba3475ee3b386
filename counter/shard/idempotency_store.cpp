#include "counter/shard/idempotency_store.hpp"

#include "counter/shard/shrink.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

namespace counter {

namespace {

/// Returns the class of a lifetime: class n has those above 2^(n-1) and up to 2^n
/// milliseconds.
unsigned class_of(std::chrono::milliseconds lifetime) noexcept {
  const auto count = std::max<std::int64_t>(lifetime.count(), 1);
  return static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(count - 1)));
}

}  // namespace

idempotency_store::idempotency_store(quota& room, std::chrono::milliseconds ttl, siphash_key key,
                                     change_set* changes, quota* memory)
    : room_(room),
      ttl_(ttl),
      key_(key),
      changes_(changes) {
  if (memory != nullptr)
    memory_.emplace(*memory);
  const std::size_t parts = changes == nullptr ? 128 : 1;
  parts_.reserve(parts);
  for (std::size_t i = 0; i < parts; ++i)
    parts_.emplace_back(0, id_hash{key}, id_equal{});
}

bool idempotency_store::reserve(std::string_view id) noexcept {
  if (!room_.take())
    return false;
  if (!memory_ || memory_->take(bytes_of(id)))
    return true;
  room_.give();
  return false;
}

void idempotency_store::unreserve(std::string_view id) noexcept {
  room_.give();
  if (memory_)
    memory_->give(bytes_of(id));
}

const idempotency_record* idempotency_store::find(std::string_view id, time_point now) const {
  const auto key = hashed(id);
  const auto& part = part_of(key);
  const auto position = part.find(key);
  if (position == part.end() || (*position)->record.forget_at <= now)
    return nullptr;
  return &(*position)->record;
}

time_point idempotency_store::remember(std::string id, const full_command& command,
                                       const full_reply& reply, time_point now) {
  const auto key = hashed(id);
  const auto& part = part_of(key);
  if (const auto old = part.find(key); old != part.end())
    drop(**old);
  const auto forget_at = forget_at_of(command, now, ttl_);
  auto& queue = queues_[changes_ == nullptr ? class_of(forget_at - now) : 0];
  const auto& added = add(queue, {std::move(id), {command.parameters, reply, forget_at}});
  if (changes_ != nullptr)
    changes_->remember(added.id, added.record);
  return forget_at;
}

bool idempotency_store::forget(time_point now, std::size_t max) {
  if (changes_ != nullptr)
    return true;
  for (auto& [index, queue] : queues_) {
    while (!queue.empty() && queue.front().record.forget_at <= now) {
      if (max-- == 0)
        return false;
      const auto& oldest = queue.front();
      // A newer record may have taken over the id.
      const auto key = hashed(oldest.id);
      auto& part = part_of(key);
      const auto position = part.find(key);
      if (position != part.end() && *position == &oldest) {
        part.erase(position);
        shrink_if_sparse(part);
      }
      unreserve(oldest.id);
      queue.pop_front();
    }
  }
  return true;
}

// -- with a change_set --------------------------------------------------------

void idempotency_store::load(std::string id, const idempotency_record& committed) {
  add(queues_[0], {std::move(id), committed});
}

void idempotency_store::forget_due(std::string_view id, time_point now) {
  const auto key = hashed(id);
  const auto& part = part_of(key);
  const auto loaded = part.find(key);
  if (loaded != part.end() && (*loaded)->record.forget_at <= now && !changes_->has_remembered(id))
    drop(**loaded);
}

void idempotency_store::clear() {
  for (auto& part : parts_)
    part.clear();
  for (auto& [index, queue] : queues_)
    queue.clear();
}

// -- entries ------------------------------------------------------------------

const idempotency_store::entry& idempotency_store::add(entry_queue& to, entry added) {
  to.push_back(std::move(added));
  part_of(hashed(to.back().id)).insert(&to.back());
  return to.back();
}

/// Makes the record unfindable. Without a change_set forget() gives its room back
/// when its turn comes; with one the entry stays until clear(), because the
/// change_set borrows its id.
void idempotency_store::drop(const entry& dropped) {
  const auto key = hashed(dropped.id);
  auto& part = part_of(key);
  part.erase(part.find(key));
  if (changes_ == nullptr)
    return;
  changes_->forget(dropped.id, dropped.record.forget_at);
  room_.give();
}

}  // namespace counter
