#include "http/api/live/prefix_hub.hpp"

#include "http/api/v1/event_text.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

namespace http::live {

using std::chrono::milliseconds;

prefix_hub::prefix_hub(const counter::limits& limits, counter::event_loop& loop,
                       counter::store& store, counter::store_client& client,
                       counter::prefix_watch& watch)
    : limits_(limits),
      loop_(loop),
      store_(store),
      client_(client),
      watch_(watch),
      due_(loop, client, [this](prefix_topic& at) { go_on(at); }) {}

// -- streams come and go ----------------------------------------------------------

prefix_topic* prefix_hub::open(const std::string& prefix) {
  if (const auto found = topics_.find(prefix); found != topics_.end())
    return found->second.get();
  // No reference is held: this may be called by another thread.
  const auto watch =
      watch_.arm(prefix, [this, prefix] { loop_.post([this, prefix] { take_change(prefix); }); });
  if (!watch)
    return nullptr;
  auto topic = std::make_unique<prefix_topic>();
  topic->prefix = prefix;
  topic->watch = *watch;
  return topics_.emplace(prefix, std::move(topic)).first->second.get();
}

void prefix_hub::add(prefix_topic& at, prefix_stream& added) {
  at.waiting.push_back(added);
  at.next_list = {};  // its first event must not wait
  go_on(at);
}

void prefix_hub::restart(prefix_topic& at, prefix_stream& stream) {
  stream.unlink();
  at.waiting.push_back(stream);
  go_on(at);
}

/// Forgets a prefix that nobody follows any more, unless it is in use further up the stack.
void prefix_hub::forget(prefix_topic& at) {
  if (at.has_streams() || at.is_asking || at.is_telling)
    return;
  due_.cancel(at);
  watch_.disarm(at.watch);
  topics_.erase(topics_.find(at.prefix));
}

// -- what to ask the store, and when ------------------------------------------------

void prefix_hub::take_change(const std::string& prefix) {
  const auto found = topics_.find(prefix);
  if (found == topics_.end())
    return;
  const counter::store_client::pass pass{client_};
  found->second->is_changed = true;
  go_on(*found->second);
}

/// Lists or reads, now or later. Call it within a pass.
void prefix_hub::go_on(prefix_topic& at) {
  if (at.is_asking || due_.is_stopped())
    return;
  const auto now = steady_clock::now();
  // Others change the counters, too, and nothing tells of it.
  const bool must_look = store_.traits().is_shared && !(at.told.empty() && at.telling.empty());
  if ((!at.waiting.empty() || must_look) && at.next_list <= now)
    return list(at);
  const auto end = at.log.end();
  auto expired = at.log.take_expired(loop_.wall());
  if (at.log.end() != end)
    begin_telling(at);
  at.is_changed |= !expired.empty();
  at.names.insert(at.names.end(), std::move_iterator{expired.begin()},
                  std::move_iterator{expired.end()});
  if (at.is_changed && !at.is_telling && at.next_read <= now && read(at))
    return;
  auto when = steady_clock::time_point::max();
  if (!at.waiting.empty() || must_look)
    when = at.next_list;
  if (at.is_changed && !at.is_telling)
    when = std::min(when, at.next_read);
  if (const auto expiry = at.log.next_expiry())
    when = std::min(when, now + std::max(milliseconds{0},
                                         std::chrono::ceil<milliseconds>(*expiry - loop_.wall())));
  due_.schedule(at, when);
}

void prefix_hub::list(prefix_topic& at) {
  at.next_list = steady_clock::now() + counter::limits::prefix_list_pause;
  at.asking.splice(at.asking.end(), at.waiting);
  send(at, counter::page_request{.prefix = at.prefix, .limit = counter::limits::changed_names_max});
}

/// Returns false if nothing has changed.
bool prefix_hub::read(prefix_topic& at) {
  at.is_changed = false;
  auto changes = watch_.take(at.watch);
  if (changes.has_more) {
    at.names.clear();
    at.log.skip();
    begin_telling(at);
    return false;
  }
  auto names = std::exchange(at.names, {});
  names.insert(names.end(), std::move_iterator{changes.names.begin()},
               std::move_iterator{changes.names.end()});
  if (names.size() > counter::limits::changed_names_max) {
    at.names.assign(std::move_iterator{names.begin() + counter::limits::changed_names_max},
                    std::move_iterator{names.end()});
    names.resize(counter::limits::changed_names_max);
    at.is_changed = true;
  }
  if (names.empty())
    return false;
  counter::command_list commands;
  commands.reserve(names.size());
  for (auto& name : names)
    commands.push_back({.name = std::move(name)});
  send(at, std::move(commands));
  return true;
}

void prefix_hub::send(prefix_topic& at, counter::request request) {
  due_.cancel(at);
  at.is_asking = true;
  const auto tag = ++last_tag_;
  asking_.emplace(tag, &at);
  client_.send({.request = std::make_unique<counter::request>(std::move(request))}, tag, *this);
}

// -- what the store replies, and who is told ----------------------------------------

void prefix_hub::on_reply(tag_type tag, const counter::completion& completion) {
  auto& at = *asking_.extract(tag).mapped();
  at.is_asking = false;
  if (!at.has_streams())
    return forget(at);
  auto& call = *completion.call;
  const auto* page = std::get_if<counter::page>(&call.response);
  const bool has_grown = page != nullptr ? learn(at, *page)
                                         : learn(at, std::get<counter::command_list>(call.request),
                                                 std::get<counter::reply_list>(call.response));
  if (has_grown)
    begin_telling(at);
  go_on(at);
}

/// Returns true if there is something to tell.
bool prefix_hub::learn(prefix_topic& at, const counter::page& page) {
  if (page.outcome != counter::outcome::ok) {
    at.waiting.splice(at.waiting.end(), at.asking);
    at.next_list = steady_clock::now() + counter::limits::watched_read_pause;
    return false;
  }
  const auto before = at.log.end();
  const auto now = loop_.wall();
  auto first = std::make_shared<beginning>();
  first->reserve(page.counters.size() + 1);
  auto missing = at.log.names_up_to(page.is_last ? std::nullopt
                                                 : std::optional<std::string_view>{page.reached});
  auto next_missing = missing.begin();
  std::vector<std::string> gone;
  for (const auto& [name, state] : page.counters) {
    while (next_missing != missing.end() && *next_missing < name)
      gone.push_back(std::move(*next_missing++));
    if (next_missing != missing.end() && *next_missing == name)
      ++next_missing;
    at.log.learn(name, state, now);
    first->push_back(v1::counter_event(name, state));
  }
  gone.insert(gone.end(), std::move_iterator{next_missing}, std::move_iterator{missing.end()});
  for (const auto& name : gone)
    at.log.learn(name, std::nullopt, now);
  first->push_back(v1::ready_event(at.prefix, !page.is_last));
  for (auto& stream : at.asking)
    stream.start(first, at.log.end());
  const bool has_new = !at.asking.empty();
  at.telling.splice(at.telling.end(), at.asking);
  return has_new || at.log.end() != before;
}

/// The same. What could not be read is read again.
bool prefix_hub::learn(prefix_topic& at, const counter::command_list& commands,
                       const counter::reply_list& replies) {
  using counter::outcome;
  const auto before = at.log.end();
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (replies[i].outcome == outcome::ok || replies[i].outcome == outcome::not_found) {
      at.log.learn(commands[i].name, replies[i].after, loop_.wall());
    } else {
      at.names.push_back(commands[i].name);
      at.is_changed = true;
      at.next_read = steady_clock::now() + counter::limits::watched_read_pause;
    }
  }
  return at.log.end() != before;
}

void prefix_hub::begin_telling(prefix_topic& at) {
  at.telling.splice(at.telling.end(), at.told);
  if (at.telling.empty() || std::exchange(at.is_telling, true))
    return;
  telling_.push_back(&at);
  tell_later();
}

void prefix_hub::on_pass_end() {
  tell_some();
}

/// Call it within a pass.
void prefix_hub::tell_some() {
  auto left = counter::limits::streams_told_max;
  while (!telling_.empty() && left > 0) {
    auto& at = *telling_.front();
    const auto begin = steady_clock::now();
    for (; !at.telling.empty() && left > 0; --left) {
      auto& next = at.telling.front();
      at.telling.pop_front();
      at.told.push_back(next);
      next.notify();  // may destroy it
    }
    at.telling_took += steady_clock::now() - begin;
    if (!at.telling.empty())
      break;
    telling_.pop_front();
    at.is_telling = false;
    at.next_read = std::max(
        at.next_read,
        steady_clock::now() + std::max<steady_clock::duration>(
                                  limits_.events_interval, counter::limits::events_interval_factor *
                                                               std::exchange(at.telling_took, {})));
    if (at.has_streams())
      go_on(at);
    else
      forget(at);
  }
  if (!telling_.empty())
    tell_later();
}

void prefix_hub::tell_later() {
  if (std::exchange(has_task_, true))
    return;
  loop_.post([this] {
    has_task_ = false;
    const counter::store_client::pass pass{client_};
    tell_some();
  });
}

}  // namespace http::live
