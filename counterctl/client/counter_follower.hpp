#pragma once

#include "counterctl/client/client.hpp"
#include "counterctl/client/event_parser.hpp"

#include <functional>
#include <stdexcept>
#include <string>

namespace counterctl {

/// The server refuses an event stream.
class stream_refused : public std::runtime_error {
public:
  explicit stream_refused(response answer)
      : std::runtime_error("the server refuses the event stream"),
        response_(std::move(answer)) {}

  const response& answer() const noexcept { return response_; }

private:
  response response_;
};

/// What is told of a stream.
struct stream_handlers {
  /// A stream begins: what was told before is told again.
  std::function<void()> on_begin;
  /// An event; false ends it.
  std::function<bool(const server_event&)> on_event;
  /// What has arrived was handled: time to draw.
  std::function<void()> on_pause;
  /// Why the stream comes back later.
  std::function<void(const std::string& reason)> on_wait;
};

/// Follows an event stream that comes back when it breaks (docs/API.md, "Follow a counter"). Used
/// by one thread.
class counter_follower {
public:
  counter_follower(client& client, std::string target);

  /// Returns when on_event() returns false. Throws unreachable if no first stream begins within the
  /// client's timeout, and stream_refused.
  void run(const stream_handlers& handlers);

private:
  bool read_stream(const stream_handlers& handlers);
  bool take(const server_event& event, const stream_handlers& handlers);

  client& client_;
  const std::string target_;
  std::chrono::milliseconds retry_;
  bool has_begun_ = false;  ///< this stream
  bool is_busy_ = false;
};

}  // namespace counterctl
