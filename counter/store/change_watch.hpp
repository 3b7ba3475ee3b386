#pragma once

#include "counter/mutex.hpp"
#include "counter/store/prefix_watch.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace counter {

/// Tells event loops that counters which they watch have changed. A hint and no more: it says which
/// counter, by the hash of its name, and whoever wants the value reads it.
///
/// A loop arms a counter and then reads it. The first change that the read does not show disarms
/// the counter and wakes the loop: every change comes home to some loop's batcher, after it is
/// stored, and that one asks here. So a counter that changes all the time costs a wake-up for each
/// arm(), and not for each change; and a server of which nobody watches anything, one load a batch.
///
/// No change is missed in between: arm() happens before the read, that before the change in the
/// mailbox of the shard, and that before its batch comes home.
///
/// Thread-safe, except add_listener().
class change_watch {
public:
  change_watch() = default;
  change_watch(const change_watch&) = delete;
  change_watch& operator=(const change_watch&) = delete;

  using listener = std::uint32_t;

  /// Adds a loop. `wake` is called by any thread when there is something to take() and there was
  /// nothing before. Call it before any other function is used.
  listener add_listener(std::function<void()> wake);

  /// Arms a counter for a listener, unless it is.
  void arm(std::uint64_t hash, listener who);
  /// Does nothing if it is not armed.
  void disarm(std::uint64_t hash, listener who);

  /// The same for all counters with a prefix.
  prefix_watch& prefixes() noexcept { return prefixes_; }

  /// Returns false if no counter is armed: then report() may be left out.
  bool is_armed() const noexcept { return armed_.load(std::memory_order_relaxed) > 0; }

  /// Reports a change, or what may be one.
  void report(std::uint64_t hash);

  /// Returns the hashes of counters that have been disarmed by a change since the last call.
  std::vector<std::uint64_t> take(listener who);

private:
  /// The bits of a hash are as good as any.
  struct identity {
    std::size_t operator()(std::uint64_t hash) const noexcept { return hash; }
  };
  using entry_map = std::unordered_multimap<std::uint64_t, listener, identity>;
  /// Counters by the low bits of their hash: so many that a change seldom meets another's lock.
  struct stripe {
    std::atomic<std::size_t> count = 0;
    mutex lock;
    entry_map entries ABSL_GUARDED_BY(lock);
  };
  struct inbox {
    explicit inbox(std::function<void()> on_change) : wake(std::move(on_change)) {}
    const std::function<void()> wake;
    mutex lock;
    std::vector<std::uint64_t> hashes ABSL_GUARDED_BY(lock);
  };

  void set_count(stripe& of) ABSL_EXCLUSIVE_LOCKS_REQUIRED(of.lock);

  static constexpr std::size_t stripes = 1024;

  std::atomic<std::size_t> armed_ = 0;
  std::array<stripe, stripes> stripes_;
  std::deque<inbox> inboxes_;
  prefix_watch prefixes_;
};

}  // namespace counter
