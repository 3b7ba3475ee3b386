#include "http/deadlines.hpp"

#include <algorithm>

namespace http {

deadlines::deadlines(asio::io_context& io, http::courier& courier, const loop_clock& clock)
    : courier_(courier),
      clock_(clock),
      timer_(io) {}

void deadlines::set(timed& waiting, kind of) {
  clear(waiting);
  waiting.expiry_ = clock_.now() + durations_[of];
  lists_[of].push_back(waiting);
  // The timer is never moved back: it looks again when it fires too early.
  if (waiting.expiry_ < armed_for_)
    arm(waiting.expiry_);
}

void deadlines::clear(timed& waiting) noexcept {
  waiting.unlink();
}

void deadlines::stop() {
  is_stopped_ = true;
  timer_.cancel();
}

void deadlines::arm(steady_clock::time_point at) {
  if (is_stopped_)
    return;
  armed_for_ = at;
  timer_.expires_at(at);
  timer_.async_wait([this](error_code error) {
    if (!error)
      expire();
  });
}

void deadlines::expire() {
  const courier::pass pass{courier_};
  armed_for_ = steady_clock::time_point::max();
  const auto now = clock_.now();
  for (auto& queue : lists_) {
    while (!queue.empty() && queue.front().expiry_ <= now) {
      auto& late = queue.front();
      queue.pop_front();
      late.on_deadline();
    }
  }
  auto next = armed_for_;  // on_deadline() may have set some
  for (const auto& queue : lists_)
    if (!queue.empty())
      next = std::min(next, queue.front().expiry_);
  if (next < armed_for_)
    arm(next);
}

}  // namespace http
