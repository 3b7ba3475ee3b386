#include "counter/listed_counters.hpp"

#include <utility>

namespace counter {

// Not inline: where g++ sees how long a name can be, it copies it by `rep movs`, which takes
// several times as long as memcpy().
void listed_counters::push_back(const listed_counter& added) {
  names_ += added.name;
  items_.push_back({static_cast<std::uint32_t>(names_.size()), added.state});
}

void listed_counters::append(listed_counters added) {
  if (empty()) {
    *this = std::move(added);
    return;
  }
  const auto names_before = static_cast<std::uint32_t>(names_.size());
  names_ += added.names_;
  for (const auto& each : added.items_)
    items_.push_back({names_before + each.name_end, each.state});
}

void listed_counters::truncate(std::size_t counters) {
  if (counters >= size())
    return;
  items_.resize(counters);
  names_.resize(empty() ? 0 : items_.back().name_end);
}

}  // namespace counter
