#pragma once

#include "counter/durability.hpp"
#include "counter/shard/batch.hpp"
#include "counter/shard/placement.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>

namespace counter {

/// An event loop as the store sees it. Outlives every batch that calls it home
/// and every task it was given.
class event_loop {
public:
  virtual ~event_loop() = default;

  /// Thread-safe. Runs `task` later on the loop's thread, never inside the call.
  virtual void post(std::function<void()> task) = 0;

  /// Thread-safe. Takes back an answered batch; every batch comes home exactly
  /// once. Never calls the store from inside the call.
  virtual void complete(std::unique_ptr<batch> answered) noexcept = 0;
};

/// One event loop's way into the store. Used only on that loop's thread.
class submitter {
public:
  virtual ~submitter() = default;

  /// Sends `pass[i]` to place i; null where the loop has nothing for it. The
  /// span has one element for each place and is left with nulls. A batch that
  /// cannot be taken comes home refused, with nothing of it applied; one that was
  /// taken is answered whole and in order.
  virtual void submit(std::span<std::unique_ptr<batch>> pass) = 0;
};

/// What a store is like. Its mailboxes, called mailboxes, are numbered; those of
/// the shards come first.
struct store_traits {
  unsigned mailboxes = 1;
  unsigned first_list = 0;            ///< of the mailboxes that have the lists,
  unsigned lists = 1;                 ///< each a part of the counters
  std::optional<unsigned> backups{};  ///< the place that makes them; null: it cannot
  counter::durability durability{};
  time_point start{};  ///< its time is never before this one, whatever the clock says

  /// All in memory: each shard has its part of the lists.
  static store_traits in_memory(unsigned shards) noexcept {
    store_traits traits;
    traits.mailboxes = traits.lists = shards;
    return traits;
  }
};

/// Where the counters are: the seam between the HTTP shell and the actors.
class store {
public:
  virtual ~store() = default;

  /// Which shard a name is for, and the hash that goes with it.
  virtual const counter::placement& placement() const noexcept = 0;

  virtual const store_traits& traits() const noexcept = 0;

  /// Thread-safe. The inlet for `loop`; it lives as long as the store.
  virtual submitter& connect(event_loop& loop) = 0;
};

}  // namespace counter
