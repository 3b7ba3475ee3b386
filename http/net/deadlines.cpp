#include "http/net/deadlines.hpp"

#include <algorithm>

namespace http {

void deadlines::set(timed& waiting, kind of) {
  clear(waiting);
  waiting.expiry_ = clock_.now() + durations_[of];
  lists_[of].push_back(waiting);
}

void deadlines::clear(timed& waiting) noexcept {
  waiting.unlink();
}

steady_clock::time_point deadlines::next() const noexcept {
  auto first = steady_clock::time_point::max();
  for (const auto& queue : lists_)
    if (!queue.empty())
      first = std::min(first, queue.front().expiry_);
  return first;
}

void deadlines::expire(steady_clock::time_point now) {
  for (auto& queue : lists_) {
    while (!queue.empty() && queue.front().expiry_ <= now) {
      auto& late = queue.front();
      queue.pop_front();
      late.on_deadline();
    }
  }
}

}  // namespace http
