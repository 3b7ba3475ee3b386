#include "counter/shard/name_sorter.hpp"

#include <algorithm>

namespace counter {

std::size_t shared_prefix(std::string_view left, std::string_view right) noexcept {
  const auto size = std::min(left.size(), right.size());
  const auto end = left.begin() + static_cast<std::ptrdiff_t>(size);
  return static_cast<std::size_t>(std::mismatch(left.begin(), end, right.begin()).first -
                                  left.begin());
}

void name_sorter::sort(std::span<handle> handles) {
  if (handles.empty())
    return;
  items_.resize(handles.size());
  const auto first = name_of(handles.front());
  auto shared = first.size();
  for (std::size_t i = 0; i < handles.size(); ++i) {
    const auto ahead = std::min(i + record::prefetch_distance, handles.size() - 1);
    record{records_->at(handles[ahead])}.prefetch();
    shared = shared_prefix(first.substr(0, shared), name_of(handles[i]));
  }
  for (std::size_t i = 0; i < handles.size(); ++i)
    items_[i] = {sort_key(name_of(handles[i]), shared), handles[i]};
  std::sort(items_.begin(), items_.end(), [this](const item& left, const item& right) {
    return left.key != right.key ? left.key < right.key
                                 : name_of(left.entry) < name_of(right.entry);
  });
  std::transform(items_.begin(), items_.end(), handles.begin(),
                 [](const item& sorted) { return sorted.entry; });
}

}  // namespace counter
