#pragma once

#include "http/api/live/change_log.hpp"
#include "http/api/live/stream.hpp"

#include <boost/intrusive/list.hpp>
#include <boost/intrusive/list_hook.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace http::live {

class prefix_hub;
struct prefix_topic;

/// What a stream begins with: the events that tell the states of counters, and `ready`.
using beginning = std::vector<std::string>;

using prefix_stream_hook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// The event stream of all counters whose names begin with a prefix. It has no queue: its topic has
/// a log of changes, and the stream a position in it. A stream that falls behind begins anew.
class prefix_stream final : public stream, public prefix_stream_hook {
public:
  /// Borrows the services, and `topic`, to which it is added. Call it within a pass.
  prefix_stream(prefix_hub& hub, prefix_topic& topic, stream_services& services, stream_room room,
                const stream_target& target);
  ~prefix_stream() override;

  void write() override;

private:
  friend class prefix_hub;

  /// It is to tell `first`, and then what the log has from `next` on.
  void start(std::shared_ptr<const beginning> first, change_log::position next);
  /// There may be something to tell.
  void notify();

  prefix_hub& hub_;
  prefix_topic& topic_;
  std::shared_ptr<const beginning> beginning_;  // null: it has been told, or is not known yet
  std::size_t told_ = 0;                        // of it
  change_log::position next_ = 0;
  bool has_started_ = false;
  bool has_nothing_ = true;  // to tell
};

using prefix_stream_list =
    boost::intrusive::list<prefix_stream, boost::intrusive::base_hook<prefix_stream_hook>,
                           boost::intrusive::constant_time_size<false>>;

}  // namespace http::live
