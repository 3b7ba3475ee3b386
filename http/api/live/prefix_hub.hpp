#pragma once

#include "counter/call.hpp"
#include "counter/limits.hpp"
#include "counter/page.hpp"
#include "counter/store/prefix_watch.hpp"
#include "counter/store/reply_handler.hpp"
#include "counter/store/store.hpp"
#include "counter/store/store_client.hpp"
#include "http/api/live/prefix_stream.hpp"
#include "http/api/live/prefix_topic.hpp"
#include "http/api/live/timer_queue.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace http::live {

/// The prefixes that the streams of one event loop follow. As stream_hub does, it reads through the
/// store what a prefix_watch says has changed, once an interval, so its streams tell nothing that a
/// read would not have shown. New streams begin with a list; those that wait for one share it.
/// Used on its loop's thread.
class prefix_hub final : public counter::reply_handler {
public:
  /// Borrows all, and must outlive the tasks of `loop`. Call it before the loop runs.
  prefix_hub(const counter::limits& limits, counter::event_loop& loop, counter::store& store,
             counter::store_client& client, counter::prefix_watch& watch);

  /// Returns the topic of a prefix for a stream that is added at once; null if too many others are
  /// followed.
  prefix_topic* open(const std::string& prefix);
  void add(prefix_topic& at, prefix_stream& added);
  /// The stream was unlinked.
  void forget(prefix_topic& at);
  /// The stream has fallen behind the log.
  void restart(prefix_topic& at, prefix_stream& stream);

  /// The loop is about to end: reads nothing more.
  void stop() { due_.stop(); }

  void on_reply(tag_type tag, const counter::completion& completion) override;
  void on_pass_end() override;

private:
  using steady_clock = prefix_topic::steady_clock;

  void take_change(const std::string& prefix);
  void go_on(prefix_topic& at);
  void list(prefix_topic& at);
  bool read(prefix_topic& at);
  void send(prefix_topic& at, counter::request request);
  bool learn(prefix_topic& at, const counter::page& page);
  bool learn(prefix_topic& at, const counter::command_list& commands,
             const counter::reply_list& replies);
  void begin_telling(prefix_topic& at);
  void tell_some();
  void tell_later();

  const counter::limits& limits_;
  counter::event_loop& loop_;
  const counter::store& store_;
  counter::store_client& client_;
  counter::prefix_watch& watch_;
  std::map<std::string, std::unique_ptr<prefix_topic>> topics_;
  std::unordered_map<tag_type, prefix_topic*> asking_;
  tag_type last_tag_ = 0;
  timer_queue<prefix_topic> due_;
  std::deque<prefix_topic*> telling_;
  bool has_task_ = false;  // that goes on with telling
};

}  // namespace http::live
