#pragma once

#include "counter/limits.hpp"
#include "counter/store.hpp"

#include <memory>

namespace actors {

/// The counters in memory, sharded over actors.
class actor_store final : public counter::store {
public:
  /// `shards` is 1 to limits::shards_max.
  actor_store(unsigned shards, const counter::limits& limits);

  /// Closes, ends the actors and frees the counters.
  ~actor_store() override;

  const counter::placement& placement() const noexcept override;
  const counter::store_traits& traits() const noexcept override;
  counter::inlet& connect(counter::event_loop& loop) override;

  /// Answers every batch that was submitted; what is submitted afterwards is
  /// refused with `draining`. Call it when the event loops' threads have ended
  /// and before the event loops themselves do.
  void close();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace actors
