#pragma once

#include "counter/durability.hpp"
#include "counter/shard/batch.hpp"
#include "counter/shard/placement.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace counter {

/// An event loop as the store sees it. It outlives every batch that originates from
/// it and every task that was posted to it.
class event_loop {
public:
  virtual ~event_loop() = default;

  /// Runs `task` later on the loop's thread, never during the call. Thread-safe.
  virtual void post(std::function<void()> task) = 0;

  /// Takes back a completed batch that originated here, exactly once. Does not call
  /// the store during the call. Thread-safe.
  virtual void complete(std::unique_ptr<batch> completed) noexcept = 0;
};

/// An event loop's entry into the store. Used only on that loop's thread.
class submitter {
public:
  virtual ~submitter() = default;

  /// Sends `pass[i]` to mailbox i; null sends nothing. The span has one element for
  /// each mailbox of store_traits; all are null afterwards. Every batch is passed to
  /// its origin's complete() once, perhaps during the call. A mailbox takes a batch
  /// whole and completes it in order, or refuses it whole: then nothing of it is
  /// applied.
  virtual void submit(std::span<std::unique_ptr<batch>> pass) = 0;
};

/// What a store is and which mailboxes it has. Mailboxes are numbered: first one for
/// each shard, then those for lists and backups if they have their own.
struct store_traits {
  std::string_view name = "memory";  ///< where the counters are; a literal
  bool has_threads = false;          ///< shards run on own threads, not on event loops
  unsigned mailboxes = 1;
  unsigned first_list = 0;            ///< the first of the mailboxes that serve lists
  unsigned lists = 1;                 ///< how many they are; each lists some counters
  std::optional<unsigned> backups{};  ///< the mailbox that makes them; nullopt: none does
  counter::durability durability{};
  time_point start{};  ///< the store's time is never earlier, whatever the clock says

  /// In memory, where every shard lists its own counters.
  static store_traits in_memory(unsigned shards) noexcept {
    store_traits traits;
    traits.mailboxes = traits.lists = shards;
    return traits;
  }
};

/// The counters of all shards: the seam between the HTTP shell and the actors.
class store {
public:
  virtual ~store() = default;

  /// Which shard a name belongs to, and its hash. Constant. Thread-safe.
  virtual const counter::placement& placement() const noexcept = 0;

  /// Constant. Thread-safe.
  virtual const store_traits& traits() const noexcept = 0;

  /// Makes a submitter for `loop`; it lives as long as the store. Thread-safe.
  virtual submitter& connect(event_loop& loop) = 0;
};

}  // namespace counter
