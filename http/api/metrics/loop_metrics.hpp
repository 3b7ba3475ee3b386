#pragma once

#include "http/api/route_table.hpp"
#include "http/api/v1/code.hpp"
#include "http/protocol/response.hpp"
#include "metrics/histogram.hpp"
#include "metrics/pulse.hpp"
#include "metrics/tally.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace http {

/// Why a connection has ended.
enum class connection_end : std::uint8_t {
  peer,      ///< the peer ended it
  answered,  ///< its last response announced the end
  idle,      ///< limits::idle_timeout
  timeout,   ///< a header, a body or the peer's reading took too long
  error,     ///< it is broken
  drain,     ///< the server stops
  shed,      ///< there were too many; it was not even told
};
inline constexpr std::size_t connection_ends = static_cast<std::size_t>(connection_end::shed) + 1;

/// What an event loop has done since the start. The loop writes it, any thread reads it. On cache
/// lines of its own.
class alignas(64) loop_metrics {
public:
  // -- responses ----------------------------------------------------------------

  /// The index in `requests` of requests that have no route.
  static constexpr std::size_t unrouted = paths_max;
  /// 2xx to 5xx.
  static constexpr std::size_t status_classes = 4;

  /// Counts a response to a request for the path with this index, see path_routes.
  void count(std::size_t path, const response& response) noexcept {
    ++responses_;
    if (response.status == status::ok)  // most are
      return requests[path][0].add();
    requests[path][static_cast<std::size_t>(response.status) / 100 - 2].add();
    if (response.status >= status::bad_request && response.reason != response::not_refused)
      refusals[static_cast<std::size_t>(v1::code_of(response))].add();
  }

  /// Counts an operation of a batch that has failed, see response::reason.
  void count_failure(std::uint8_t reason) noexcept {
    refusals[static_cast<std::size_t>(reason - 1)].add();
  }

  /// Counts the response to a message that is no request.
  void count_refused_message(status status) noexcept {
    requests[unrouted][static_cast<std::size_t>(status) / 100 - 2].add();
  }

  /// Counts the end of a connection.
  void count(connection_end end) noexcept {
    ended_connections[static_cast<std::size_t>(end)].add();
  }

  // -- time -----------------------------------------------------------------------
  //
  // The clock is read twice in a pass, not twice for a request: most requests are answered in the
  // pass that reads them, and count with the length of that pass. The others have waited for a
  // shard on another thread, and count with the time from the begin of their pass to the begin of
  // the pass that delivers the reply.

  /// Reports that the responses from now on are to requests that were read `waited` ago; 0: in this
  /// pass.
  void begin_replies(std::chrono::nanoseconds waited) noexcept {
    if (waited != waited_)
      settle(waited);
  }

  /// Reports the end of a pass that began at `begin`. `found_all` is false if it left ready sockets
  /// to the next one.
  void end_pass(metrics::pulse::clock::time_point begin, metrics::pulse::clock::time_point end,
                bool found_all) noexcept {
    const auto took = end - begin;
    if (const auto prompt = std::exchange(responses_, 0); prompt > 0)
      prompt_seconds.add(took, prompt);
    pass_seconds.add(took);
    if (!found_all)
      passes_behind.add();
  }

  std::array<std::array<metrics::tally, status_classes>, paths_max + 1> requests;
  std::array<metrics::tally, v1::codes> refusals;
  metrics::tally received_bytes;
  metrics::tally sent_bytes;
  metrics::histogram<metrics::durations> prompt_seconds;  ///< of requests answered in their pass
  metrics::histogram<metrics::durations> late_seconds;    ///< of the others
  metrics::histogram<metrics::durations> pass_seconds;    ///< its sum is how long the loop was busy
  metrics::tally passes_behind;
  metrics::pulse pass;  ///< the pass that the loop is in
  metrics::tally accepted_connections;
  std::array<metrics::tally, connection_ends> ended_connections;
  metrics::tally shed_connections;  ///< over limits::connections_max
  metrics::tally stream_events;     ///< that were told, but pings
  metrics::tally refused_streams;   ///< over limits::streams_max or watched_max
  metrics::tally shed_bodies;       ///< over limits::bodies_bytes_max

private:
  void settle(std::chrono::nanoseconds waited) noexcept {
    if (waited_.count() == 0) {
      prompt_ += std::exchange(responses_, 0);
    } else if (const auto late = std::exchange(responses_, 0); late > 0) {
      late_seconds.add(waited_, late);
    }
    waited_ = waited;
    if (waited_.count() == 0)
      responses_ = std::exchange(prompt_, 0);
  }

  // The state of the current pass. Only the loop uses it.
  std::uint64_t responses_ = 0;  // since the last begin_replies()
  std::uint64_t prompt_ = 0;     // set aside while late replies are delivered
  std::chrono::nanoseconds waited_{};
};

}  // namespace http
