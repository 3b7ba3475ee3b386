#pragma once

#include "counter/limits.hpp"
#include "counter/shard/ledger.hpp"
#include "counter/shard/shared_ledger.hpp"
#include "counter/store/store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace actors {

/// A store whose shards are CAF actors. Constructors throw what the ledger and CAF
/// throw, and std::system_error if a thread cannot be started; the actors that were started have
/// ended by then.
class actor_store final : public counter::store {
public:
  /// In memory; the shards run on the event loops. `shards` is 1 to
  /// limits::shards_max. Counters take up to three
  /// quarters of `bytes_max`, and idempotency records up to a quarter.
  actor_store(unsigned shards, const counter::limits& limits, std::uint64_t bytes_max = UINT64_MAX);

  /// On a disk; shards, lists and backups have a thread each. `durability` is what
  /// the ledger promises. Up to `bytes_max` of counters are in memory. `ledger`
  /// outlives the store.
  actor_store(unsigned shards, const counter::limits& limits, counter::ledger& ledger,
              const counter::durability& durability, std::size_t bytes_max);

  /// In a database that other servers use, too; shards and lists have a thread and a session each.
  /// `ledger` outlives the store.
  actor_store(unsigned shards, const counter::limits& limits, counter::shared_ledger& ledger,
              bool confirms_reads);

  /// Calls close(), ends the actors and frees the counters.
  ~actor_store() override;

  const counter::store_traits& traits() const noexcept override;
  counter::health health() const noexcept override;
  counter::usage usage() const noexcept override;
  counter::store_statistics statistics() const override;
  const counter::placement& placement() const noexcept override;
  const counter::mailbox_layout& layout() const noexcept override;
  connection connect(counter::event_loop& loop) override;

  /// Sets how long operations may wait in a mailbox: limits::queue_delay_max. Each mailbox uses the
  /// new value from its next group on. Does nothing to a store in memory. Thread-safe.
  void set_queue_delay(std::chrono::nanoseconds delay) noexcept;

  /// Completes every batch that was submitted before it returns; batches submitted
  /// later are refused with `draining`. Call it after the event loops' threads have
  /// ended and before the event loops are destroyed. Later calls do nothing.
  void close();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace actors
