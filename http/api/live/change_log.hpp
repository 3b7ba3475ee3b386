#pragma once

#include "counter/state.hpp"
#include "counter/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace http::live {

/// The latest states of counters with a common prefix, in the order in which they were learned: a
/// log of which each counter has only the last entry. A reader has a position in it, and finds by
/// it what it has not read. Of more than `states_max` counters the log forgets the oldest entries;
/// a reader that has not read them must begin anew. Pure.
class change_log {
public:
  using position = std::uint64_t;

  explicit change_log(std::size_t states_max) : states_max_(states_max) {}

  /// Learns a state; nullopt: the counter does not exist. Returns false if that was known. If it
  /// expires, take_expired() returns its name then; after `now` in any case.
  bool learn(std::string_view name, const std::optional<counter::state>& state,
             counter::time_point now);

  /// Changes were missed: all readers must begin anew.
  void skip();

  /// Returns the position behind the last entry.
  position end() const noexcept { return end_; }
  /// Returns false if entries from `at` on were forgotten.
  bool has(position at) const noexcept { return at >= begin_; }

  struct entry {
    std::string name;
    std::optional<counter::state> state;
    std::string event;  ///< the text of the state
    /// When it should have expired; nullopt: never.
    std::optional<counter::time_point> expires_at{};
  };
  /// Returns the first entry at or behind `at`, with its position; null if there is none.
  const std::pair<const position, entry>* find(position at) const noexcept;

  /// Returns the text of a counter's state; null if it is not in the log.
  const std::string* find_event(std::string_view name) const;

  /// Returns the names of counters that exist, up to `last`; nullopt: all.
  std::vector<std::string> names_up_to(std::optional<std::string_view> last) const;

  /// Returns when a counter expires next; nullopt: none does.
  std::optional<counter::time_point> next_expiry() const noexcept;
  /// Returns the counters that should have expired, each once: learn() their states. If one of
  /// those has been forgotten, skips.
  std::vector<std::string> take_expired(counter::time_point now);

private:
  using entry_map = std::map<position, entry>;

  void expect_expiry(entry& of, counter::time_point now);
  void expect_no_expiry(entry& of);
  void forget(entry_map::iterator oldest);

  const std::size_t states_max_;
  position begin_ = 0;
  position end_ = 0;
  entry_map entries_;
  std::map<std::string, entry_map::iterator, std::less<>> by_name_;
  std::set<std::pair<counter::time_point, std::string>> expiries_;
  std::optional<counter::time_point> forgotten_expiry_;  // the next of forgotten counters
};

}  // namespace http::live
