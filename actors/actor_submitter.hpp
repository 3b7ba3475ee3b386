#pragma once

#include "actors/loop_scheduler.hpp"
#include "actors/mailbox.hpp"
#include "counter/shard/shared_ledger.hpp"
#include "counter/store/store.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>

namespace actors {

/// Sends the batches of one event loop to the actors. Used on the loop's thread or, once
/// the loop has stopped, by one thread at a time.
class actor_submitter final : public counter::submitter {
public:
  using steady_clock = std::chrono::steady_clock;

  /// All arguments outlive the submitter. `shared` is null unless the counters are in a database
  /// that other servers use, too.
  actor_submitter(caf::actor_system& system, counter::event_loop& loop,
                  std::deque<mailbox>& mailboxes, const std::atomic<bool>& is_closed,
                  const counter::shared_ledger* shared = nullptr);

  /// Refuses batches with `draining` once `is_closed`, with `overloaded` if the mailbox of a shard
  /// in memory is full, and with `unavailable` while a database cannot be reached. Runs the actors
  /// that this makes ready.
  void submit(std::span<std::unique_ptr<counter::batch>> pass) override;

  counter::room room(unsigned mailbox, steady_clock::time_point now) const noexcept override;
  std::chrono::nanoseconds count_refused(unsigned mailbox, counter::priority priority,
                                         std::size_t operations,
                                         steady_clock::time_point now) noexcept override;

  /// Asks every actor to end after it has completed what is in its mailbox.
  void send_end();

  /// Runs the actors that are ready on this loop until their mailboxes are empty.
  void run_to_end() { scheduler_.run_to_end(); }

private:
  bool is_unreachable() const noexcept;
  void send_batch(mailbox& mailbox, std::unique_ptr<counter::batch> batch);
  void send_mail(mailbox& mailbox, std::unique_ptr<counter::batch> batch);

  loop_scheduler scheduler_;
  std::deque<mailbox>& mailboxes_;
  const std::atomic<bool>& is_closed_;
  const counter::shared_ledger* const shared_;
};

}  // namespace actors
