#pragma once

#include "counter/limits.hpp"
#include "counter/store/change_watch.hpp"
#include "counter/store/store.hpp"
#include "counter/store/store_client.hpp"
#include "http/api/live/prefix_hub.hpp"
#include "http/api/live/stream.hpp"
#include "http/api/live/stream_budget.hpp"
#include "http/api/live/stream_hub.hpp"
#include "http/api/live/stream_services.hpp"
#include "http/api/v1/stream_reader.hpp"
#include "metrics/tally.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <chrono>
#include <memory>

namespace http::live {

/// The event streams of one event loop. Used on its thread.
class streams {
public:
  /// Borrows all, and must outlive the tasks of `loop`. Call it before the loop runs.
  streams(const counter::limits& limits, counter::event_loop& loop, counter::store& store,
          counter::store_client& client, counter::change_watch& watch, stream_budget& budget,
          metrics::tally& events);

  /// Makes a stream. Returns null if there is no room: then the client should come back after
  /// busy_pause(). Borrows the target. Call it within a pass.
  std::unique_ptr<stream> make(const v1::stream_parameters& parameters,
                               const stream_target& target);

  std::chrono::milliseconds busy_pause() { return services_.pauses.busy(); }

  /// The loop is about to end: the streams tell nothing more.
  void stop();

private:
  stream_services services_;
  const boost::intrusive_ptr<stream_hub> counters_;
  const boost::intrusive_ptr<prefix_hub> prefixes_;
};

}  // namespace http::live
