#include "tests/engine/support/history.hpp"

#include <algorithm>

namespace support {

namespace {

std::string text_of(const history::event& seen) {
  return (seen.is_read ? "a read of " : "an addition to ") + std::to_string(seen.value) +
         " at version " + std::to_string(seen.version);
}

}  // namespace

std::int64_t history::additions() const {
  return std::count_if(events_.begin(), events_.end(),
                       [](const event& seen) { return !seen.is_read; });
}

std::string history::defect() const {
  const auto found = defect_of_values();
  return found.empty() ? defect_of_order() : found;
}

/// Each version has one value and comes from one addition, and a later one has a greater value.
std::string history::defect_of_values() const {
  auto sorted = events_;
  std::sort(sorted.begin(), sorted.end(), [](const event& left, const event& right) {
    return left.version != right.version ? left.version < right.version
                                         : left.is_read < right.is_read;
  });
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    const auto &before = sorted[i - 1], &after = sorted[i];
    const bool is_same = before.version == after.version;
    if ((is_same && !after.is_read) ||
        (is_same ? before.value != after.value : before.value >= after.value))
      return text_of(before) + ", and then " + text_of(after);
  }
  return {};
}

std::string history::defect_of_order() const {
  auto by_begin = events_, by_end = events_;
  std::sort(by_begin.begin(), by_begin.end(),
            [](const event& left, const event& right) { return left.begin < right.begin; });
  std::sort(by_end.begin(), by_end.end(),
            [](const event& left, const event& right) { return left.end < right.end; });
  const event* latest = nullptr;  // the greatest version of what has ended
  auto ended = by_end.begin();
  for (const auto& next : by_begin) {
    for (; ended != by_end.end() && ended->end < next.begin; ++ended)
      if (latest == nullptr || latest->version < ended->version)
        latest = &*ended;
    if (latest == nullptr)
      continue;
    if (next.version < latest->version || (next.version == latest->version && !next.is_read))
      return text_of(*latest) + " had ended before " + text_of(next) + " began";
  }
  return {};
}

}  // namespace support
