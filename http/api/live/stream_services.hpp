#pragma once

#include "counter/limits.hpp"
#include "http/api/live/stream_budget.hpp"
#include "metrics/tally.hpp"

#include <chrono>
#include <random>

namespace http::live {

/// Draws how long clients wait before they come back: at random, so that they do not come together.
class stream_pauses {
public:
  /// After a stream that has ended.
  std::chrono::milliseconds retry() {
    return draw(counter::limits::stream_retry_min, counter::limits::stream_retry_max);
  }
  /// After one that had no room.
  std::chrono::milliseconds busy() {
    return draw(counter::limits::stream_busy_min, counter::limits::stream_busy_max);
  }

private:
  std::chrono::milliseconds draw(std::chrono::milliseconds from, std::chrono::milliseconds to) {
    return std::chrono::milliseconds{std::uniform_int_distribution<std::chrono::milliseconds::rep>{
        from.count(), to.count()}(random_)};
  }

  std::minstd_rand random_{std::random_device{}()};
};

/// What the streams of an event loop share.
struct stream_services {
  stream_budget& budget;
  metrics::tally& events;  ///< told
  stream_pauses pauses{};
};

}  // namespace http::live
