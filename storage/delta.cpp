#include "storage/delta.hpp"

#include "storage/rows.hpp"

#include <rocksdb/write_batch.h>

#include <algorithm>
#include <utility>

namespace storage {

delta::delta(counter::siphash_key key) : latest_(0, by_name{key}, by_name{key}) {}

void delta::add(std::uint64_t number, std::string_view changes) {
  rows_.push_back({number, std::string{changes}});
  auto& added = rows_.back();
  bytes_ += added.bytes();
  char* const first = added.changes.data();
  for_each_change(added.changes, [&](const char* begin, const change& /*one*/) {
    const reference latest{first + (begin - first)};
    if (const auto [found, is_new] = latest_.insert(latest); !is_new)
      mark_as_old(std::exchange(found->begin, latest.begin));
  });
}

bool delta::find(std::string_view name, std::string_view& row) const {
  const auto found = latest_.find(name);
  if (found == latest_.end())
    return false;
  row = change_at(found->begin).row;
  return true;
}

std::size_t delta::merge(rocksdb::WriteBatch& batch, std::size_t bytes_max) const {
  std::string key;
  std::size_t merged = 0;
  for (auto bytes = bytes_; bytes > bytes_max; ++merged) {
    const auto& oldest = rows_[merged];
    for_each_change(oldest.changes, [&](const char* /*begin*/, const change& one) {
      if (one.is_old)
        return;
      counter_key(key, one.name);
      if (one.row.empty())
        batch.Delete(key);
      else
        batch.Put(key, rocksdb::Slice{one.row});
    });
    changes_key(key, oldest.number);
    batch.SingleDelete(key);  // it was put once
    bytes -= oldest.bytes();
  }
  return merged;
}

void delta::drop(std::size_t rows) {
  for (; rows > 0; --rows) {
    const auto& oldest = rows_.front();
    for_each_change(oldest.changes, [this](const char* /*begin*/, const change& one) {
      if (!one.is_old)
        latest_.erase(latest_.find(one.name));
    });
    bytes_ -= oldest.bytes();
    rows_.pop_front();
  }
}

std::vector<delta::copy> delta::list(std::string_view prefix, std::string_view after,
                                     std::size_t max) const {
  const auto name_of = [](const char* begin) { return change_at(begin).name; };
  const auto is_before = [&](const char* left, const char* right) {
    return name_of(left) < name_of(right);
  };
  std::vector<const char*> first;
  if (max == 0)
    return {};
  std::string_view last;  // greater ones are not among the first; empty: not known yet
  for (const auto& latest : latest_) {
    const char* const begin = latest.begin;
    const auto name = name_of(begin);
    if (name <= after || !name.starts_with(prefix) || (!last.empty() && name > last))
      continue;
    first.push_back(begin);
    // As seldom as that it takes no time.
    if (first.size() < 2 * max)
      continue;
    const auto middle = first.begin() + static_cast<std::ptrdiff_t>(max) - 1;
    std::nth_element(first.begin(), middle, first.end(), is_before);
    last = name_of(*middle);
    first.resize(max);
  }
  std::sort(first.begin(), first.end(), is_before);
  first.resize(std::min(first.size(), max));
  std::vector<copy> copies;
  copies.reserve(first.size());
  for (const char* begin : first) {
    const auto one = change_at(begin);
    copies.push_back({std::string{one.name}, std::string{one.row}});
  }
  return copies;
}

}  // namespace storage
