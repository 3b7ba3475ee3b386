#include "http/net/deadlines.hpp"

#include <algorithm>

namespace http {

void deadlines::set(timed& object, kind timeout) {
  clear(object);
  object.expiry_ = clock_.now() + durations_[timeout];
  lists_[timeout].push_back(object);
}

void deadlines::clear(timed& object) noexcept {
  object.unlink();
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
      auto& object = queue.front();
      queue.pop_front();
      object.on_deadline();
    }
  }
}

}  // namespace http
