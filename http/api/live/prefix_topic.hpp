#pragma once

#include "counter/limits.hpp"
#include "counter/store/prefix_watch.hpp"
#include "http/api/live/change_log.hpp"
#include "http/api/live/prefix_stream.hpp"
#include "http/api/live/timer_queue.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace http::live {

/// The counters with a prefix that streams of an event loop follow. At any time it has one call at
/// most with the store: a list, for streams that begin, or the reads of counters that have changed.
/// So what a list has is newer than the log before it, and older than the log behind it.
struct prefix_topic {
  using steady_clock = std::chrono::steady_clock;

  std::string prefix;
  counter::prefix_watch::subscriber watch = 0;
  change_log log{counter::limits::logged_states_max};

  // Each of its streams is in one of these.
  prefix_stream_list waiting{};  ///< for a list
  prefix_stream_list asking{};   ///< for the list that was sent
  prefix_stream_list told{};     ///< know the log, or have yet to write what they do not know
  prefix_stream_list telling{};  ///< are still to be told that it has grown

  bool is_changed = false;           ///< there may be something to read
  std::vector<std::string> names{};  ///< to be read, beside those that the watch has
  bool is_asking = false;            ///< a call is under way
  bool is_telling = false;
  steady_clock::time_point next_read{};  ///< no sooner
  steady_clock::time_point next_list{};
  steady_clock::duration telling_took{};
  std::optional<timer_queue<prefix_topic>::entry> due{};  ///< when to look at it again

  bool has_streams() const noexcept {
    return !(waiting.empty() && asking.empty() && told.empty() && telling.empty());
  }
};

}  // namespace http::live
