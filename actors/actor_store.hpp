#pragma once

#include "counter/limits.hpp"
#include "counter/shard/ledger.hpp"
#include "counter/shard/store.hpp"

#include <memory>

namespace actors {

/// The counters, sharded over actors.
class actor_store final : public counter::store {
public:
  /// In memory. `shards` is 1 to limits::shards_max.
  actor_store(unsigned shards, const counter::limits& limits);

  /// On a disk, of which `bytes_max` of counters are in memory; `durability` is
  /// what `kept` promises. `kept` outlives the store.
  actor_store(unsigned shards, const counter::limits& limits, counter::ledger& kept,
              const counter::durability& durability, std::size_t bytes_max);

  /// Closes, ends the actors and frees the counters.
  ~actor_store() override;

  const counter::placement& placement() const noexcept override;
  const counter::store_traits& traits() const noexcept override;
  counter::submitter& connect(counter::event_loop& loop) override;

  /// Answers every batch that was submitted; what is submitted afterwards is
  /// refused with `draining`. Call it when the event loops' threads have ended
  /// and before the event loops themselves do.
  void close();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace actors
