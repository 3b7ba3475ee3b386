#pragma once

#include "counter/call.hpp"
#include "http/api/live/stream.hpp"
#include "http/api/live/streams.hpp"
#include "http/api/metrics/loop_metrics.hpp"
#include "http/api/pending_exchanges.hpp"
#include "http/api/router.hpp"
#include "http/protocol/pipeline.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace http {

/// Connects one connection's pipeline to the store: takes requests from the pipeline, routes them,
/// yields calls for the store, and completes the responses. The only class that joins
/// a pipeline to the store. No I/O: the caller sends the calls.
///
///     while (auto next = next_call()) ... send it to the store
///     complete(slot, ...) with each reply, then next_call() again
///
/// Used on its event loop's thread.
class dispatcher {
public:
  /// Borrows all but `connection`, and uses the router within next_call() only. Counts the
  /// responses in `metrics`. `writer` writes the events of a stream; without `streams` there is no
  /// room for one.
  dispatcher(http::pipeline& pipeline, http::router& router, loop_metrics& metrics,
             connection_info connection, live::streams* streams = nullptr,
             live::event_writer* writer = nullptr)
      : pipeline_(pipeline),
        router_(router),
        metrics_(metrics),
        connection_(connection),
        streams_(streams),
        writer_(writer) {
    pipeline.decide_on_bodies();
  }

  struct addressed_call {
    response_queue::slot_type slot;
    /// Its name is valid until the following next_call() of any dispatcher of the loop.
    counter::submission submission;
  };

  /// Returns the next call for the store. Responds to requests that need no store on the way.
  /// Returns nullopt when there is no call now: call it again after bytes were fed, a call was
  /// completed or output was sent.
  std::optional<addressed_call> next_call();

  /// Takes the store's reply to a call of `slot`; once for each. next_call() may then return
  /// further calls of the same slot.
  void complete(response_queue::slot_type slot, const counter::completion& completion);

  // -- an event stream, which is the connection's last response; nothing without it

  bool is_streaming() const noexcept { return stream_ != nullptr; }
  /// Shows the peer that the connection lives.
  void ping_stream();
  /// Ends a stream whose token is void: call it before anything is told.
  void end_void_stream(counter::time_point now);
  /// Tells the peer to come back later.
  void end_stream();
  /// The connection is closed.
  void drop_stream() noexcept { stream_.reset(); }

private:
  void begin_stream(response_queue::slot_type slot, const v1::stream_parameters& parameters,
                    bool is_head);
  void decide_on_body();
  void handle(const request& request, std::optional<addressed_call>& next);
  void respond_at_once(const response& response);
  std::optional<addressed_call> next_exchange_call();
  void respond(response_queue::slot_type slot, std::size_t path, const response& response);

  http::pipeline& pipeline_;
  http::router& router_;
  loop_metrics& metrics_;
  const connection_info connection_;
  live::streams* const streams_;
  live::event_writer* const writer_;
  std::unique_ptr<live::stream> stream_;
  std::optional<std::chrono::sys_seconds> expires_at_;  // of the stream's token
  std::uint8_t failures_ = 0;                           // responses with status 401
  pending_exchanges exchanges_;
};

}  // namespace http
