#include "http/api/live/stream_hub.hpp"

#include "counter/call.hpp"
#include "http/api/v1/event_text.hpp"

#include <algorithm>
#include <variant>

namespace http::live {

using std::chrono::milliseconds;

stream_hub::stream_hub(const counter::limits& limits, counter::event_loop& loop,
                       counter::store& store, counter::store_client& client,
                       counter::change_watch& watch)
    : limits_(limits),
      loop_(loop),
      store_(store),
      client_(client),
      watch_(watch),
      // No reference is held: this may be called by another thread.
      self_(watch.add_listener([this] { loop_.post([this] { take_changes(); }); })),
      due_(loop, client, [this](topic& at) { read(at); }) {}

// -- streams come and go ----------------------------------------------------------

void stream_hub::subscribe(const std::string& name, subscription& added) {
  const auto hash = store_.placement().of(name).hash;
  const auto [first, last] = topics_.equal_range(hash);
  auto found =
      std::find_if(first, last, [&](const auto& each) { return each.second.name == name; });
  if (found == last)
    found = topics_.emplace(hash, topic{.name = name, .hash = hash});
  auto& at = found->second;
  added.topic = &at;
  at.added.push_back(added);
  if (!at.is_reading)
    read(at);
}

void stream_hub::unsubscribe(subscription& removed) {
  static_cast<list_hook<topic_list_tag>&>(removed).unlink();
  forget(*removed.topic);
}

/// Forgets a counter that nobody watches any more, unless it is in use further up the stack.
void stream_hub::forget(topic& at) {
  if (at.is_watched() || at.is_reading || at.is_telling)
    return;
  due_.cancel(at);
  const auto hash = at.hash;
  const auto [first, last] = topics_.equal_range(hash);
  topics_.erase(std::find_if(first, last, [&](const auto& each) { return &each.second == &at; }));
  if (!topics_.contains(hash))
    watch_.disarm(hash, self_);
}

// -- when to read -----------------------------------------------------------------

void stream_hub::take_changes() {
  const counter::store_client::pass pass{client_};
  for (const auto hash : watch_.take(self_)) {
    const auto [first, last] = topics_.equal_range(hash);
    for (auto next = first; next != last; ++next) {
      auto& at = next->second;
      at.is_armed = false;
      at.is_changed = true;
      read_when_due(at);
    }
  }
}

/// Call it within a pass.
void stream_hub::read(topic& at) {
  if (due_.is_stopped())
    return;
  due_.cancel(at);
  at.is_changed = false;
  at.is_reading = true;
  at.asking.splice(at.asking.end(), at.added);
  if (!std::exchange(at.is_armed, true))
    watch_.arm(at.hash, self_);
  const auto tag = ++last_tag_;
  reading_.emplace(tag, &at);
  client_.send(
      {.request = std::make_unique<counter::request>(counter::full_command{.name = at.name})}, tag,
      *this);
}

/// Reads it now, or later, or not before it changes. Call it within a pass.
void stream_hub::read_when_due(topic& at) {
  if (at.is_reading || at.is_telling)
    return;
  const auto now = steady_clock::now();
  auto when = steady_clock::time_point::max();
  if (at.is_changed) {
    if (at.next_read <= now)
      return read(at);
    when = at.next_read;
  }
  if (at.state && at.state->expires_at) {
    const auto left =
        std::chrono::ceil<milliseconds>(*at.state->expires_at - loop_.wall()) + milliseconds{1};
    // It is over by this clock, but not by that of the store.
    when = std::min(when, now + (left.count() > 0 ? left : counter::limits::watched_read_pause));
  }
  if (store_.traits().is_shared)
    when = std::min(when, now + counter::limits::watched_read_pause);
  due_.schedule(at, when);
}

// -- what was read, and who is told -----------------------------------------------

void stream_hub::on_reply(tag_type tag, const counter::completion& completion) {
  auto& at = *reading_.extract(tag).mapped();
  at.is_reading = false;
  if (!at.is_watched())
    return forget(at);
  if (!learn(at, std::get<counter::full_reply>(completion.call->response))) {
    at.added.splice(at.added.end(), at.asking);
    at.is_changed = true;
    at.next_read = steady_clock::now() + counter::limits::watched_read_pause;
    return read_when_due(at);
  }
  begin_telling(at);
  if (!at.added.empty())
    read(at);
  else
    read_when_due(at);
}

/// Returns false if the reply does not tell the state.
bool stream_hub::learn(topic& at, const counter::full_reply& reply) {
  if (reply.outcome != counter::outcome::ok && reply.outcome != counter::outcome::not_found)
    return false;
  if (at.state_number > 0 && at.state == reply.after)
    return true;
  at.state = reply.after;
  ++at.state_number;
  at.event.clear();
  return true;
}

const std::string& stream_hub::event_of(topic& at) {
  if (!at.is_telling)
    return late_event_ = v1::counter_event(at.name, at.state);
  if (at.event.empty())
    at.event = v1::counter_event(at.name, at.state);
  return at.event;
}

/// Tells the streams that have asked, and the others, too, if their time has come.
void stream_hub::begin_telling(topic& at) {
  at.telling.splice(at.telling.end(), at.asking);
  if (at.told_number != at.state_number) {
    if (!at.is_telling && at.next_read <= steady_clock::now()) {
      at.telling.splice(at.telling.end(), at.told);
      at.told_number = at.state_number;
      at.tells_all = true;
    } else {
      at.is_changed = true;
    }
  }
  if (at.telling.empty() || std::exchange(at.is_telling, true))
    return;
  telling_.push_back(&at);
}

void stream_hub::on_pass_end() {
  tell_some();
}

/// Call it within a pass.
void stream_hub::tell_some() {
  auto left = counter::limits::streams_told_max;
  while (!telling_.empty() && left > 0) {
    auto& at = *telling_.front();
    const auto begin = steady_clock::now();
    for (; !at.telling.empty() && left > 0; --left) {
      auto& next = at.telling.front();
      at.telling.pop_front();
      at.told.push_back(next);
      next.stream->notify(next);  // may destroy it
    }
    telling_took_ += steady_clock::now() - begin;
    if (!at.telling.empty())
      break;
    telling_.pop_front();
    finish_telling(at);
  }
  if (telling_.empty() || std::exchange(has_task_, true))
    return;
  loop_.post([this] {
    has_task_ = false;
    const counter::store_client::pass pass{client_};
    tell_some();
  });
}

void stream_hub::finish_telling(topic& at) {
  at.is_telling = false;
  // Most topics are at rest, and there are many.
  std::string{}.swap(at.event);
  const auto took = std::exchange(telling_took_, {});
  if (std::exchange(at.tells_all, false))
    at.next_read = steady_clock::now() +
                   std::max<steady_clock::duration>(limits_.events_interval,
                                                    counter::limits::events_interval_factor * took);
  if (!at.is_watched())
    return forget(at);
  read_when_due(at);
}

}  // namespace http::live
