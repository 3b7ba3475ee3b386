#include "counter/table.hpp"

namespace counter {

namespace {

/// An index that grows looks at all of its records again, which takes two
/// seconds of ten million counters in one go: these many are each done in some
/// milliseconds.
constexpr std::size_t indexes_in_a_table = 1024;

}  // namespace

table::table(quota& room, siphash_key key) : room_(room), key_(key) {
  indexes_.reserve(indexes_in_a_table);
  for (std::size_t i = 0; i < indexes_in_a_table; ++i)
    indexes_.emplace_back(0, by_name{this}, by_name{this});
}

reply table::apply(const command& command, std::uint64_t hash) {
  const hashed_name key{command.name, hash};
  switch (command.operation) {
    case operation::get:
      return get(key);
    case operation::set:
      return set(key, command.operand);
    case operation::add:
      return add(key, command.operand);
  }
  __builtin_unreachable();
}

reply table::get(const hashed_name& key) const {
  const auto found = find(key);
  if (!found)
    return {outcome::not_found};
  return {outcome::ok, found->value()};
}

reply table::set(const hashed_name& key, std::int64_t value) {
  auto found = find(key);
  if (!found)
    return create(key, value);
  found->set_value(value);
  return {outcome::ok, value};
}

reply table::add(const hashed_name& key, std::int64_t delta) {
  auto found = find(key);
  if (!found)
    return create(key, delta);
  std::int64_t sum = 0;
  if (__builtin_add_overflow(found->value(), delta, &sum))
    return {outcome::overflow};
  found->set_value(sum);
  return {outcome::ok, sum};
}

reply table::create(const hashed_name& key, std::int64_t value) {
  if (!room_.take())
    return {outcome::too_many_counters};
  const auto handle = records_.allocate(record::bytes(key.name));
  record{records_.at(handle)}.init(key.name, value);
  indexes_[index_of(key.hash)].insert(handle);
  ++size_;
  return {outcome::ok, value};
}

std::optional<record> table::find(const hashed_name& key) const {
  const auto& handles = indexes_[index_of(key.hash)];
  const auto found = handles.find(key);
  if (found == handles.end())
    return std::nullopt;
  return record{records_.at(*found)};
}

/// Bits that neither the choice of the shard nor the set itself looks at.
std::size_t table::index_of(std::uint64_t hash) noexcept {
  return (hash >> 40) % indexes_in_a_table;
}

}  // namespace counter
