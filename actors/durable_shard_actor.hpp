#pragma once

#include "actors/mailbox.hpp"
#include "actors/shard_mail.hpp"
#include "counter/shard/commit_pace.hpp"
#include "counter/shard/durable_table.hpp"
#include "counter/shard/queue_limit.hpp"

#include <chrono>
#include <memory>
#include <vector>

namespace actors {

/// Owns the counters of a shard that are stored on a disk. Detached: it has a thread of
/// its own, because calls of the ledger block.
///
/// Commits in groups: on the first batch after a commit the actor sends itself the mail
/// to commit, which is behind whatever is in the mailbox by then. So everything that
/// arrives during a commit shares the next one, which may also be delayed (see
/// commit_pace). A batch is completed only after the commit of its changes.
class durable_shard_actor : public caf::event_based_actor {
public:
  /// `own`, `ledger` and what the settings refer to outlive the actor.
  durable_shard_actor(caf::actor_config& config, actors::mailbox& own,
                      const counter::durable_table::settings& settings, counter::ledger& ledger);

  const char* name() const override { return "durable-counter-shard"; }

protected:
  caf::behavior make_behavior() override;

private:
  // noexcept: see shard_actor.
  void apply(std::unique_ptr<counter::batch> batch) noexcept;
  void wait_or_commit() noexcept;
  void commit() noexcept;
  void measure(std::chrono::nanoseconds commit_took, std::chrono::nanoseconds group_took,
               counter::commit_result result, bool is_written) noexcept;

  shard_load& load_;
  queue_bound& bound_;
  counter::shard_metrics& metrics_;
  counter::durable_table table_;                        // used only while the actor runs
  std::vector<std::unique_ptr<counter::batch>> group_;  // applied and not committed
  counter::commit_pace pace_;
  counter::queue_limit limit_;
  std::chrono::steady_clock::time_point group_began_;
  std::chrono::nanoseconds waited_{};  // for more of this group
  bool has_waited_ = false;
};

}  // namespace actors
