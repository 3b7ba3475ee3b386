#pragma once

#include "actors/caf_compat.hpp"
#include "counter/store/store.hpp"

#include <vector>

namespace actors {

/// Runs actors on the event loop that filled their mailboxes, so that a message costs no
/// thread wake-up. An actor that is running on another loop takes the message there.
/// Used on the loop's thread or, once the loop has stopped, by one thread at a time.
class loop_scheduler final : public ready_list {
public:
  /// `system` and `loop` outlive the scheduler.
  loop_scheduler(caf::actor_system& system, counter::event_loop& loop);
  ~loop_scheduler() override;

  /// Runs every ready actor until its mailbox is empty or for 64 messages. If actors are
  /// then still ready, posts the rest of the work to the loop.
  void run();

  /// Runs every ready actor until its mailbox is empty.
  void run_to_end();

private:
  void make_ready(caf::resumable* job) override;
  void run_once();

  counter::event_loop& loop_;
  std::vector<caf::resumable*> ready_;  // each holds a reference
  std::vector<caf::resumable*> running_;
};

}  // namespace actors
