#pragma once

#include "counter/limits.hpp"
#include "counter/store/change_watch.hpp"
#include "counter/store/reply_handler.hpp"
#include "counter/store/store.hpp"
#include "counter/store/store_client.hpp"
#include "http/api/live/counter_stream.hpp"
#include "http/api/live/timer_queue.hpp"
#include "http/api/live/topic.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

namespace http::live {

/// The counters that the streams of one event loop watch. It reads each through the store, as any
/// client does, so a stream tells nothing that a read would not have shown: with a disk, only what
/// is stored. A change_watch says when to read. Used on its loop's thread.
///
/// A counter that changes after a while is read, and told, at once; one that goes on changing, once
/// an interval: limits::events_interval, or events_interval_factor times what it took to tell all
/// its streams. A walk over many streams stops now and then for the loop's other work.
///
/// The interval is kept for the streams that are there. A new stream has its counters read at once,
/// because its first event must not be older than its request.
class stream_hub final : public counter::reply_handler {
public:
  /// Borrows all, and must outlive the tasks of `loop`. Call it before the loop runs.
  stream_hub(const counter::limits& limits, counter::event_loop& loop, counter::store& store,
             counter::store_client& client, counter::change_watch& watch);

  void subscribe(const std::string& name, subscription& added);
  void unsubscribe(subscription& removed);

  /// Returns the text of the topic's state, valid until the hub is used again.
  const std::string& event_of(topic& at);

  /// The loop is about to end: reads nothing more.
  void stop() { due_.stop(); }

  void on_reply(tag_type tag, const counter::completion& completion) override;
  void on_pass_end() override;

private:
  void take_changes();
  void read(topic& at);
  void read_when_due(topic& at);
  bool learn(topic& at, const counter::full_reply& reply);
  void begin_telling(topic& at);
  void tell_some();
  void finish_telling(topic& at);
  void forget(topic& at);

  const counter::limits& limits_;
  counter::event_loop& loop_;
  const counter::store& store_;
  counter::store_client& client_;
  counter::change_watch& watch_;
  const counter::change_watch::listener self_;
  std::unordered_multimap<std::uint64_t, topic> topics_;  // by hash
  std::unordered_map<tag_type, topic*> reading_;
  tag_type last_tag_ = 0;
  timer_queue<topic> due_;
  std::deque<topic*> telling_;
  steady_clock::duration telling_took_{};  // of the first so far
  std::string late_event_;                 // for who had not read when the others were told
  bool has_task_ = false;                  // that goes on with telling
};

}  // namespace http::live
