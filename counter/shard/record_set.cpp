#include "counter/shard/record_set.hpp"

#include <cassert>

namespace counter {

state record_set::state_of(handle entry) const {
  const auto record = at(entry);
  return {record.value(), record.version(), expiry_of(entry)};
}

std::optional<time_point> record_set::expiry_of(handle entry) const {
  return at(entry).expires() ? std::optional{expiries_.at(entry)} : std::nullopt;
}

bool record_set::reserve(std::string_view name) {
  if (!memory_)
    return true;
  const bool needs_chunk = records_.needs_chunk(record::bytes(name));
  return memory_->take(reserved_bytes + (needs_chunk ? chunk_bytes : 0));
}

record_set::handle record_set::create(const hashed_name& key) {
  const auto entry = add(key);
  if (changes_ != nullptr) {
    changes_->create(entry);
    at(entry).set_touched(true);
  }
  return entry;
}

void record_set::erase(handle entry) {
  const auto name = at(entry).name();
  const hashed_name key{name, siphash(key_, name)};
  if (changes_ != nullptr)
    touch(entry);
  order_.erase(entry, key.hash);
  index_.erase(key);
  set_expiry(entry, std::nullopt);
  --size_;
  if (changes_ == nullptr)
    return release(entry);
  // The change_set borrows the name until commit() or rollback().
  at(entry).set_erased(true);
  changes_->erase(name);
}

void record_set::set_expiry(handle entry, std::optional<time_point> expires_at) {
  auto record = at(entry);
  if (expires_at)
    expiries_.set(entry, *expires_at);
  else if (record.expires())
    expiries_.clear(entry);
  record.set_expires(expires_at.has_value());
}

// -- with a change_set --------------------------------------------------------

void record_set::load(const hashed_name& key, const state& committed) {
  const auto entry = add(key);
  auto record = at(entry);
  record.set_value(committed.value);
  record.set_version(committed.version);
  set_expiry(entry, committed.expires_at);
}

void record_set::commit() {
  for (const auto& [entry, before] : changes_->touched()) {
    at(entry).set_touched(false);
    if (at(entry).is_erased())
      release(entry);
  }
}

void record_set::rollback() {
  for (const auto& [entry, before] : changes_->touched()) {
    if (at(entry).is_erased()) {
      release(entry);
      continue;
    }
    const auto name = at(entry).name();
    index_.erase({name, siphash(key_, name)});
    drop(entry);
  }
}

void record_set::evict() {
  assert(changes_ != nullptr && changes_->is_empty() && order_.is_empty());
  for (const auto entry : index_.take_part(next_eviction_))
    drop(entry);
  next_eviction_ = (next_eviction_ + 1) % index_.parts();
}

void record_set::unload(const hashed_name& key) {
  assert(changes_ != nullptr && changes_->is_empty() && order_.is_empty());
  const auto entry = index_.find(key);
  if (!entry)
    return;
  index_.erase(key);
  drop(*entry);
}

// -- records ------------------------------------------------------------------

record_set::handle record_set::add(const hashed_name& key) {
  const auto entry = records_.allocate(record::bytes(key.name));
  at(entry).init(key.name);
  index_.insert(entry, key.hash);
  order_.insert(entry, key.hash);
  ++size_;
  return entry;
}

/// Logs the committed state of a record before its first change.
void record_set::touch(handle entry) {
  if (at(entry).is_touched())
    return;
  changes_->touch(entry, state_of(entry));
  at(entry).set_touched(true);
}

/// Drops a record that is no longer in the index.
void record_set::drop(handle entry) {
  set_expiry(entry, std::nullopt);
  release(entry);
  --size_;
}

void record_set::release(handle entry) {
  const bool frees_chunk = records_.release(entry, record::bytes(at(entry).name()));
  if (memory_)
    memory_->give(reserved_bytes + (frees_chunk ? chunk_bytes : 0));
}

}  // namespace counter
