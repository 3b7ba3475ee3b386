#pragma once

#include "http/api/live/topic.hpp"
#include "http/protocol/pipeline.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace http::live {

class stream_hub;

/// Has a connection append the events that are to be told.
class event_writer {
public:
  /// Called on the loop's thread, within a pass, when a stream that had nothing to tell has. May
  /// destroy the stream.
  virtual void on_event() = 0;

protected:
  ~event_writer() = default;
};

/// The event stream of one connection. It has no queue: for each counter it knows whether there is
/// a state that it has not told, and tells the latest when the peer has read the one before. Used
/// on its loop's thread.
class event_stream {
public:
  /// Begins the response in `slot`, the pipeline's last. Borrows all but `names`, which have been
  /// counted. `known_version` is the version of the first counter that the peer has.
  event_stream(stream_hub& hub, pipeline& pipeline, pipeline::slot_type slot, event_writer& writer,
               const std::vector<std::string>& names, std::optional<std::uint64_t> known_version);
  ~event_stream();
  event_stream(const event_stream&) = delete;
  event_stream& operator=(const event_stream&) = delete;

  /// Appends what is to be told, unless the peer has yet to read what was told before.
  void write();
  /// Appends a ping, with the same exception.
  void ping();
  /// Tells the peer when to come back, and ends the response.
  void end();

private:
  friend class stream_hub;

  /// The topic has a state that is to be told.
  void notify(subscription& about);

  stream_hub& hub_;
  pipeline& pipeline_;
  const pipeline::slot_type slot_;
  event_writer& writer_;
  std::optional<std::uint64_t> known_version_;
  const std::size_t count_;
  const std::unique_ptr<subscription[]> subscriptions_;
  subscription_list<pending_list_tag> pending_;
};

}  // namespace http::live
