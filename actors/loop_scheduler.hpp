#pragma once

#include "actors/caf_compat.hpp"
#include "counter/shard/store.hpp"

#include <vector>

namespace actors {

/// Runs actors on the event loop that filled their mailboxes, so that a message
/// costs no thread wake-up. An actor that already runs on another loop takes
/// the message there. Used only on the loop's thread, or by one thread alone
/// once the loop has stopped.
class loop_scheduler final : public ready_list {
public:
  loop_scheduler(caf::actor_system& system, counter::event_loop& loop);
  ~loop_scheduler() override;

  /// Runs every ready actor until its mailbox is empty, or for some messages;
  /// the rest is then posted to the loop.
  void run();

  /// Runs every ready actor until its mailbox is empty.
  void run_to_end();

private:
  void make_ready(caf::resumable* job) override;
  void run_once();

  counter::event_loop& loop_;
  std::vector<caf::resumable*> ready_;  // one reference each
  std::vector<caf::resumable*> running_;
};

}  // namespace actors
