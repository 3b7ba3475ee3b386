#include "http/api/live/change_log.hpp"

#include "counter/limits.hpp"
#include "http/api/v1/event_text.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace http::live {

bool change_log::learn(std::string_view name, const std::optional<counter::state>& state,
                       counter::time_point now) {
  const auto known = by_name_.find(name);
  if (known != by_name_.end()) {
    auto& last = known->second->second;
    expect_no_expiry(last);
    if (last.state == state) {
      expect_expiry(last, now);
      return false;
    }
    entries_.erase(known->second);
  }
  const auto added = entries_.emplace_hint(
      entries_.end(), end_++, entry{std::string{name}, state, v1::counter_event(name, state)});
  expect_expiry(added->second, now);
  if (known != by_name_.end())
    known->second = added;
  else
    by_name_.emplace(name, added);
  if (entries_.size() > states_max_)
    forget(entries_.begin());
  return true;
}

void change_log::expect_expiry(entry& of, counter::time_point now) {
  if (!of.state || !of.state->expires_at)
    return;
  // It is over by this clock, but not by that of the store.
  of.expires_at = *of.state->expires_at < now
                      ? now + counter::limits::watched_read_pause
                      : *of.state->expires_at + std::chrono::milliseconds{1};
  expiries_.emplace(*of.expires_at, of.name);
}

void change_log::expect_no_expiry(entry& of) {
  if (const auto when = std::exchange(of.expires_at, std::nullopt))
    expiries_.erase({*when, of.name});
}

void change_log::forget(entry_map::iterator oldest) {
  auto& [at, what] = *oldest;
  begin_ = at + 1;
  if (const auto when = what.expires_at) {
    forgotten_expiry_ = std::min(forgotten_expiry_.value_or(*when), *when);
    expect_no_expiry(what);
  }
  by_name_.erase(by_name_.find(what.name));
  entries_.erase(oldest);
}

void change_log::skip() {
  entries_.clear();
  by_name_.clear();
  expiries_.clear();
  forgotten_expiry_.reset();
  begin_ = ++end_;
}

const std::pair<const change_log::position, change_log::entry>* change_log::find(
    position at) const noexcept {
  const auto found = entries_.lower_bound(at);
  return found == entries_.end() ? nullptr : &*found;
}

const std::string* change_log::find_event(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &found->second->second.event;
}

std::vector<std::string> change_log::names_up_to(std::optional<std::string_view> last) const {
  std::vector<std::string> names;
  const auto end = last ? by_name_.upper_bound(*last) : by_name_.end();
  for (auto next = by_name_.begin(); next != end; ++next)
    if (next->second->second.state)
      names.push_back(next->first);
  return names;
}

std::optional<counter::time_point> change_log::next_expiry() const noexcept {
  auto next = forgotten_expiry_;
  if (!expiries_.empty())
    next = std::min(next.value_or(expiries_.begin()->first), expiries_.begin()->first);
  return next;
}

std::vector<std::string> change_log::take_expired(counter::time_point now) {
  std::vector<std::string> names;
  if (forgotten_expiry_ && *forgotten_expiry_ <= now) {
    skip();
    return names;
  }
  while (!expiries_.empty() && expiries_.begin()->first <= now) {
    names.push_back(std::move(expiries_.extract(expiries_.begin()).value().second));
    by_name_.find(names.back())->second->second.expires_at.reset();
  }
  return names;
}

}  // namespace http::live
