#pragma once

#include "counter/mutex.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace counter {

/// Tells event loops which counters have changed whose names begin with a prefix. A hint, as in
/// change_watch: whoever wants the value reads it.
///
/// A subscriber arms a prefix. Names of counters that change are collected until it takes them; a
/// name that changes again meanwhile is collected once, and of more than limits::changed_names_max
/// it learns only that there were more.
///
/// A loop reports a name once in each epoch, so that a counter which changes all the time costs
/// what it takes to find that out (reported_names). The epoch ends when somebody takes names, or
/// arms a prefix. No change is missed: whoever takes a name reads the counter afterwards; a loop
/// that has a change and still sees the earlier epoch got it before the name was taken, so the
/// shard had carried it out before the read.
///
/// Thread-safe.
class prefix_watch {
public:
  prefix_watch() = default;
  prefix_watch(const prefix_watch&) = delete;
  prefix_watch& operator=(const prefix_watch&) = delete;

  using subscriber = std::uint64_t;

  struct changes {
    std::vector<std::string> names{};
    bool has_more = false;  ///< others have changed, too
  };

  /// Begins to collect. `on_change` is called by any thread when there is something to take() and
  /// there was nothing before; it must not call back, and may be called for a moment after
  /// disarm(). Returns nullopt if limits::watched_prefixes_max other prefixes are armed.
  std::optional<subscriber> arm(const std::string& prefix, std::function<void()> on_change);
  void disarm(subscriber who);

  /// Returns what has changed since the last call, in no order.
  changes take(subscriber who);

  /// Returns false if no prefix is armed: then report() may be left out.
  bool is_armed() const noexcept { return armed_.load(std::memory_order_relaxed) > 0; }

  /// Returns true if no subscriber would learn anything from report() before it takes what it has:
  /// then it may be left out, for the reason that a second report of a name may.
  bool is_full() const noexcept { return is_full_.load(std::memory_order_relaxed); }

  std::uint64_t epoch() const noexcept { return epoch_.load(std::memory_order_relaxed); }

  /// Reports a change, or what may be one.
  void report(std::string_view name);

private:
  struct collection {
    std::function<void()> on_change;
    std::unordered_set<std::string> names{};
    bool has_more = false;
  };
  /// The subscribers of each prefix: one for each loop that has streams of it.
  using prefix_map = std::map<std::string, std::map<subscriber, collection>>;

  std::atomic<std::size_t> armed_ = 0;
  std::atomic<bool> is_full_ = false;
  std::atomic<std::uint64_t> epoch_ = 1;
  mutex lock_;
  subscriber last_ ABSL_GUARDED_BY(lock_) = 0;
  prefix_map prefixes_ ABSL_GUARDED_BY(lock_);
  std::map<subscriber, prefix_map::iterator> places_ ABSL_GUARDED_BY(lock_);
};

}  // namespace counter
