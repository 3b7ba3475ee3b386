#pragma once

#include "counter/store/store_client.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace http::live {

/// When to look at which topic again, with one timer of the event loop for all. A topic is due once
/// at most, and keeps its place here as `Topic::due`, which only this class changes. Used on the
/// loop's thread.
template <class Topic>
class timer_queue {
public:
  using steady_clock = std::chrono::steady_clock;
  using entry = typename std::multimap<steady_clock::time_point, Topic*>::iterator;

  /// Borrows `loop` and `client`, and must outlive the tasks of `loop`. Calls `on_due` for each
  /// topic that is due, all of them within one pass of `client`.
  timer_queue(counter::event_loop& loop, counter::store_client& client,
              std::function<void(Topic&)> on_due)
      : loop_(loop),
        client_(client),
        on_due_(std::move(on_due)) {}

  /// Replaces the time at which `topic` is due; time_point::max(): never.
  void schedule(Topic& topic, steady_clock::time_point when) {
    cancel(topic);
    if (when == steady_clock::time_point::max() || is_stopped_)
      return;
    topic.due = entries_.emplace(when, &topic);
    set_timer();
  }

  /// Call it before a topic is destroyed.
  void cancel(Topic& topic) {
    if (topic.due)
      entries_.erase(*topic.due);
    topic.due.reset();
  }

  /// From now on nothing is due.
  void stop() {
    is_stopped_ = true;
    for (const auto& [when, topic] : entries_)
      topic->due.reset();
    entries_.clear();
  }
  bool is_stopped() const noexcept { return is_stopped_; }

private:
  void set_timer() {
    using std::chrono::milliseconds;
    if (entries_.empty() || entries_.begin()->first >= timer_)
      return;
    timer_ = entries_.begin()->first;
    const auto left = std::chrono::ceil<milliseconds>(timer_ - steady_clock::now());
    loop_.post_after(std::max(left, milliseconds{0}), [this, when = timer_] {
      if (when == timer_)  // else there was an earlier one
        run_due();
    });
  }

  void run_due() {
    const counter::store_client::pass pass{client_};
    const auto now = steady_clock::now();
    timer_ = steady_clock::time_point::max();
    while (!entries_.empty() && entries_.begin()->first <= now) {
      auto& topic = *entries_.begin()->second;
      cancel(topic);
      on_due_(topic);
    }
    set_timer();
  }

  counter::event_loop& loop_;
  counter::store_client& client_;
  const std::function<void(Topic&)> on_due_;
  std::multimap<steady_clock::time_point, Topic*> entries_;
  steady_clock::time_point timer_ = steady_clock::time_point::max();
  bool is_stopped_ = false;
};

}  // namespace http::live
