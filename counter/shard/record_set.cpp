#include "counter/shard/record_set.hpp"

#include <cassert>

namespace counter {

state record_set::state_of(handle which) const {
  const auto counter = at(which);
  return {counter.value(), counter.version(), expiry_of(which)};
}

std::optional<time_point> record_set::expiry_of(handle which) const {
  return at(which).expires() ? std::optional{expiries_.at(which)} : std::nullopt;
}

record_set::handle record_set::create(const hashed_name& key) {
  const auto created = add(key);
  if (keeps_changes_) {
    changes_.push_back({created, std::nullopt});
    at(created).set_touched(true);
    ++growth_;
  }
  return created;
}

void record_set::erase(handle which) {
  const auto name = at(which).name();
  const hashed_name key{name, siphash(key_, name)};
  if (keeps_changes_)
    note(which);
  order_.erase(which, key.hash);
  index_.erase(key);
  set_expiry(which, std::nullopt);
  --size_;
  if (!keeps_changes_)
    return records_.release(which, record::bytes(name));
  // Its name is still to be told, and its handle not to be used again before.
  at(which).set_erased(true);
  erased_.insert(name);
  --growth_;
}

void record_set::set_expiry(handle which, std::optional<time_point> when) {
  auto counter = at(which);
  if (when)
    expiries_.set(which, *when);
  else if (counter.expires())
    expiries_.clear(which);
  counter.set_expires(when.has_value());
}

// -- changes ------------------------------------------------------------------

void record_set::restore(const hashed_name& key, const state& kept) {
  const auto restored = add(key);
  auto counter = at(restored);
  counter.set_value(kept.value);
  counter.set_version(kept.version);
  set_expiry(restored, kept.expires_at);
}

void record_set::settle() {
  erased_.clear();
  for (const auto& [which, before] : changes_) {
    at(which).set_touched(false);
    if (at(which).is_erased())
      records_.release(which, record::bytes(at(which).name()));
  }
  changes_.clear();
  growth_ = 0;
}

void record_set::undo() {
  erased_.clear();
  for (const auto& [which, before] : changes_) {
    if (!at(which).is_erased()) {
      const auto name = at(which).name();
      index_.erase({name, siphash(key_, name)});
      forget(which);
    } else {
      records_.release(which, record::bytes(at(which).name()));
    }
  }
  changes_.clear();
  growth_ = 0;
}

void record_set::evict_some() {
  assert(changes_.empty() && order_.is_empty());
  for (const auto which : index_.take_part(next_eviction_))
    forget(which);
  next_eviction_ = (next_eviction_ + 1) % index_.parts();
}

// -- records ------------------------------------------------------------------

record_set::handle record_set::add(const hashed_name& key) {
  const auto added = records_.allocate(record::bytes(key.name));
  at(added).init(key.name);
  index_.insert(added, key.hash);
  order_.insert(added, key.hash);
  ++size_;
  return added;
}

/// Remembers what it is, before it changes.
void record_set::note(handle which) {
  if (at(which).is_touched())
    return;
  changes_.push_back({which, state_of(which)});
  at(which).set_touched(true);
}

/// One that the index does not have any more.
void record_set::forget(handle which) {
  set_expiry(which, std::nullopt);
  records_.release(which, record::bytes(at(which).name()));
  --size_;
}

}  // namespace counter
