#include "counter/shard/name_ranges.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace counter {

name_ranges::name_ranges(const record_arena& records)
    : records_(&records),
      sorter_(records),
      ranges_(1),
      keys_(1) {}

std::size_t name_ranges::insert(handle added) {
  const auto name = name_of(added);
  if (is_taken(name))
    return 0;
  auto index = find(name);
  const bool is_full = ranges_[index].records.size() >= range_max;
  if (is_full) {
    split(index);
    index = find(name);
  }
  ranges_[index].records.push_back(added);
  return is_full ? range_max + 1 : 1;
}

bool name_ranges::erase(handle removed) noexcept {
  const auto name = name_of(removed);
  if (is_taken(name))
    return false;
  auto& records = ranges_[find(name)].records;
  const auto entry = std::find(records.begin(), records.end(), removed);
  if (entry == records.end())
    return false;
  *entry = records.back();
  records.pop_back();
  return true;
}

std::vector<name_ranges::handle> name_ranges::take_first() {
  auto& records = ranges_[first_].records;
  sorter_.sort(records);
  std::reverse(records.begin(), records.end());
  ++first_;
  return std::move(records);
}

/// The last range that begins at the name or before it.
std::size_t name_ranges::find(std::string_view name) const noexcept {
  const auto head = name.substr(0, shared_.size());
  if (const auto order = head.compare(shared_); order != 0)
    return order < 0 ? 0 : ranges_.size() - 1;
  const auto key = sort_key(name, shared_.size());
  // The first range whose key is not less. Without branches, which nobody could predict.
  const std::uint64_t* below = keys_.data();
  for (auto count = keys_.size(); count > 1;) {
    const auto half = count / 2;
    below = below[half] < key ? below + half : below;
    count -= half;
  }
  auto next = static_cast<std::size_t>(below + 1 - keys_.data());
  if (next < keys_.size() && keys_[next] == key) {
    const auto last =
        std::upper_bound(keys_.begin() + static_cast<std::ptrdiff_t>(next), keys_.end(), key) -
        keys_.begin();
    const auto begins_after = [](std::string_view searched, const range& candidate) {
      return searched < candidate.begin;
    };
    next = static_cast<std::size_t>(
        std::upper_bound(ranges_.begin() + static_cast<std::ptrdiff_t>(next),
                         ranges_.begin() + last, name, begins_after) -
        ranges_.begin());
  }
  return next - 1;
}

void name_ranges::split(std::size_t index) {
  auto& records = ranges_[index].records;
  sorter_.sort(records);
  const auto pieces = std::clamp<std::size_t>(pieces_, 2, records.size());
  std::vector<range> parts(pieces);
  auto next = records.begin();
  for (std::size_t i = 0; i < pieces; ++i) {
    const auto end =
        records.begin() + static_cast<std::ptrdiff_t>((i + 1) * records.size() / pieces);
    parts[i].records.assign(next, end);
    if (i > 0)
      parts[i].begin = name_of(*next);
    next = end;
  }
  keys_.reserve(ranges_.size() + pieces - 1);
  ranges_.reserve(ranges_.size() + pieces - 1);
  // Nothing throws from here on.
  auto& split = ranges_[index];
  split.records = std::move(parts.front().records);
  ranges_.insert(ranges_.begin() + static_cast<std::ptrdiff_t>(index) + 1,
                 std::make_move_iterator(parts.begin() + 1), std::make_move_iterator(parts.end()));
  set_keys();
}

/// Precondition: keys_ has the capacity.
void name_ranges::set_keys() noexcept {
  const std::string_view second = ranges_[1].begin;
  shared_ = second.substr(0, shared_prefix(second, ranges_.back().begin));
  keys_.resize(ranges_.size());
  for (std::size_t i = 1; i < ranges_.size(); ++i)
    keys_[i] = sort_key(ranges_[i].begin, shared_.size());
}

}  // namespace counter
