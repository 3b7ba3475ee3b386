#include "counter/table.hpp"

namespace counter {

table::table(quota& room, siphash_key key) : room_(room), values_(0, name_hash{key}) {}

reply table::apply(const command& command) {
  switch (command.operation) {
    case operation::get:
      return get(command.name);
    case operation::set:
      return set(command.name, command.operand);
    case operation::add:
      return add(command.name, command.operand);
  }
  __builtin_unreachable();
}

reply table::get(std::string_view name) const {
  auto found = values_.find(name);
  if (found == values_.end())
    return {outcome::not_found};
  return {outcome::ok, found->second};
}

reply table::set(std::string_view name, std::int64_t value) {
  auto found = values_.find(name);
  if (found == values_.end())
    return create(name, value);
  found->second = value;
  return {outcome::ok, value};
}

reply table::add(std::string_view name, std::int64_t delta) {
  auto found = values_.find(name);
  if (found == values_.end())
    return create(name, delta);
  std::int64_t sum = 0;
  if (__builtin_add_overflow(found->second, delta, &sum))
    return {outcome::overflow};
  found->second = sum;
  return {outcome::ok, sum};
}

reply table::create(std::string_view name, std::int64_t value) {
  if (!room_.take())
    return {outcome::too_many_counters};
  values_.emplace(name, value);
  return {outcome::ok, value};
}

}  // namespace counter
