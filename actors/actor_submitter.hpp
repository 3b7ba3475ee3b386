#pragma once

#include "actors/loop_scheduler.hpp"
#include "actors/shard_load.hpp"
#include "counter/shard/store.hpp"

#include <atomic>
#include <deque>

namespace actors {

/// A shard as the rest of the store sees it.
struct shard {
  explicit shard(std::size_t operations_max) : load(operations_max) {}

  shard_load load;
  caf::actor actor;
};

/// Turns the batches of one event loop into mail.
class actor_submitter final : public counter::submitter {
public:
  /// All but `system`'s scheduler outlive the inlet.
  actor_submitter(caf::actor_system& system, counter::event_loop& loop, std::deque<shard>& shards,
                  const std::atomic<bool>& is_closed);

  void submit(std::span<std::unique_ptr<counter::batch>> pass) override;

  /// Asks every shard actor to end after what is in its mailbox.
  void send_end();

  /// Runs what this loop left ready.
  void run_to_end() { scheduler_.run_to_end(); }

private:
  void send_batch(shard& to, std::unique_ptr<counter::batch> batch);
  void send_mail(shard& to, std::unique_ptr<counter::batch> batch);

  loop_scheduler scheduler_;
  std::deque<shard>& shards_;
  const std::atomic<bool>& is_closed_;
};

}  // namespace actors
