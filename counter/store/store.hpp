#pragma once

#include "counter/durability.hpp"
#include "counter/shard/batch.hpp"
#include "counter/shard/placement.hpp"
#include "counter/store/priority.hpp"
#include "counter/store/room.hpp"
#include "counter/store/statistics.hpp"
#include "counter/store/traits.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>

namespace counter {

/// An event loop as the store sees it. It outlives every task that was posted to it.
class event_loop {
public:
  virtual ~event_loop() = default;

  /// Runs `task` later on the loop's thread, never during the call and never within a
  /// pass. Thread-safe.
  virtual void post(std::function<void()> task) = 0;

  /// Makes the loop run a pass soon, without a wait before it. Thread-safe.
  virtual void wake() noexcept = 0;

  /// As post(), but not before `delay` has passed. The task is dropped if the loop ends
  /// earlier. Call it on the loop's thread.
  virtual void post_after(std::chrono::milliseconds delay, std::function<void()> task) = 0;

  /// Returns the time by which counters expire, as of the latest pass. Call it on the loop's
  /// thread.
  virtual time_point wall() const noexcept {
    return std::chrono::floor<time_point::duration>(std::chrono::system_clock::now());
  }

  /// Returns true if the caller is on the loop's thread. Thread-safe.
  virtual bool is_here() const noexcept = 0;

  struct pass_time {
    time_point wall;  ///< the time at which the requests of the pass are applied
    std::chrono::steady_clock::time_point steady;
  };
  /// Reads the clocks of the loop at the begin of a pass. Call it on the loop's thread.
  virtual pass_time begin_pass() noexcept = 0;

  /// Reports that the replies delivered from now on are to requests of the pass that began at
  /// `sent`. Call it on the loop's thread, within a pass.
  virtual void begin_replies(std::chrono::steady_clock::time_point /*sent*/) noexcept {}
};

/// An event loop's entry into the store. Used only on that loop's thread.
class submitter {
public:
  virtual ~submitter() = default;

  /// Sends `pass[i]` to mailbox i; null sends nothing. The span has one element for
  /// each mailbox; all are null afterwards. Every batch is passed to its origin's
  /// complete() once, perhaps during the call. A mailbox takes a batch whole and
  /// completes it in order, or refuses it whole: then nothing of it is applied.
  virtual void submit(std::span<std::unique_ptr<batch>> pass) = 0;

  /// Returns the room in `mailbox` at `now`, a pass_time::steady. Whoever sends more than that
  /// exceeds the mailbox's bound. What other loops have collected and not submitted yet is not in
  /// it.
  virtual counter::room room(unsigned /*mailbox*/,
                             std::chrono::steady_clock::time_point /*now*/) const noexcept {
    return {};
  }

  /// Counts operations that the caller has refused because there was no room for them. Returns how
  /// long the mailbox needs for what is in it, as far as that is known.
  virtual std::chrono::nanoseconds count_refused(
      unsigned /*mailbox*/, priority /*of*/, std::size_t /*operations*/,
      std::chrono::steady_clock::time_point /*now*/) noexcept {
    return {};
  }
};

/// How the mailboxes of a store are numbered: first one for each shard, then those for
/// lists and backups if they have their own.
struct mailbox_layout {
  unsigned mailboxes = 1;             ///< how many there are
  unsigned first_list = 0;            ///< the first of those that serve lists
  unsigned lists = 1;                 ///< how many do, each over some of the counters
  std::optional<unsigned> backups{};  ///< the mailbox that makes backups; nullopt: none does

  /// Every shard lists its own counters, and there are no backups.
  static mailbox_layout of_shards(unsigned shards) noexcept { return {shards, 0, shards, {}}; }
};

/// The counters of all shards, as store_client reaches them: the seam between the event
/// loops and the actors.
class store {
public:
  virtual ~store() = default;

  /// Constant. Thread-safe.
  virtual const store_traits& traits() const noexcept = 0;

  /// Returns what the store can do at this moment. Thread-safe; does not block.
  virtual counter::health health() const noexcept = 0;

  /// Returns what all shards have together. Thread-safe; does not block, and asks no shard.
  virtual counter::usage usage() const noexcept = 0;

  /// Returns what operators watch. Thread-safe; does not block, and asks no shard.
  virtual store_statistics statistics() const = 0;

  /// Which shard a name belongs to, and its hash. Constant. Thread-safe.
  virtual const counter::placement& placement() const noexcept = 0;

  /// Constant. Thread-safe.
  virtual const mailbox_layout& layout() const noexcept = 0;

  struct connection {
    counter::submitter& submitter;  ///< lives as long as the store
    bool is_first = false;          ///< the store's first connection
  };

  /// Connects `loop`, which outlives the store's threads. Thread-safe.
  virtual connection connect(event_loop& loop) = 0;
};

}  // namespace counter
