#pragma once

#include "actors/queue_bound.hpp"
#include "actors/shard_load.hpp"
#include "counter/shard/shard_metrics.hpp"

#include <caf/actor.hpp>

#include <cstddef>

namespace actors {

/// An actor of the store, with the load and the numbers of its mailbox, which any thread may read.
struct mailbox {
  explicit mailbox(std::size_t operations_max) : load(operations_max) {}

  shard_load load;
  queue_bound bound;               ///< of a mailbox whose actor has a thread
  counter::shard_metrics metrics;  ///< unused unless the actor is a shard
  caf::actor actor;
};

}  // namespace actors
