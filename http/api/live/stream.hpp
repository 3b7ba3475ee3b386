#pragma once

#include "counter/limits.hpp"
#include "http/api/live/stream_services.hpp"
#include "http/api/v1/event_text.hpp"
#include "http/protocol/pipeline.hpp"

#include <cstdint>
#include <string_view>

namespace http::live {

/// Has a connection append the events that are to be told.
class event_writer {
public:
  /// Called on the loop's thread, within a pass, when a stream that had nothing to tell has. May
  /// destroy the stream.
  virtual void on_event() = 0;

protected:
  ~event_writer() = default;
};

/// Where a stream goes. All is borrowed.
struct stream_target {
  http::pipeline& pipeline;
  pipeline::slot_type slot;
  event_writer& writer;
};

/// The event stream of one connection: the response in a slot of its pipeline, which is the last.
/// Used on its loop's thread.
class stream {
public:
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;
  virtual ~stream() { services_.budget.give_back(watched_); }

  /// Appends the first event. Call it when the response has begun, before any other function.
  void begin() { append(v1::retry_event(services_.pauses.retry())); }

  /// Appends what is to be told, unless the peer has yet to read what was told before. Call it
  /// within a pass.
  virtual void write() = 0;

  /// Appends a ping, with the same exception.
  void ping() {
    if (!has_unread())
      append(v1::ping_event);
  }

  /// Tells the peer when to come back, and ends the response.
  void end() {
    append(v1::retry_event(services_.pauses.retry()));
    target_.pipeline.end(target_.slot);
  }

protected:
  /// Borrows the services.
  stream(stream_services& services, stream_room room, const stream_target& target) noexcept
      : services_(services),
        watched_(room.release()),
        target_(target) {}

  /// The number of counters, or of prefixes.
  std::uint32_t watched() const noexcept { return watched_; }

  void append(std::string_view text) { target_.pipeline.append(target_.slot, text); }

  /// Appends an event that tells something.
  void tell(std::string_view event) {
    append(event);
    services_.events.add();
  }

  bool has_unread() const noexcept { return target_.pipeline.output_bytes() > 0; }
  /// Returns false if what is appended is enough for now.
  bool has_space() const noexcept {
    return target_.pipeline.output_bytes() < counter::limits::stream_bytes_max;
  }

  void notify_writer() { target_.writer.on_event(); }

private:
  stream_services& services_;
  const std::uint32_t watched_;  // no room object: every byte counts, there are many streams
  const stream_target target_;
};

}  // namespace http::live
