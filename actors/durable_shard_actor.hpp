#pragma once

#include "actors/mailbox.hpp"
#include "actors/shard_mail.hpp"
#include "counter/shard/commit_pace.hpp"
#include "counter/shard/durable_table.hpp"

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
  void measure(std::chrono::nanoseconds commit_took) noexcept;

  shard_load& load_;
  counter::shard_metrics& metrics_;
  counter::durable_table table_;                        // used only while the actor runs
  std::vector<std::unique_ptr<counter::batch>> group_;  // applied and not committed
  counter::commit_pace pace_;
  bool has_waited_ = false;  // for more of this group
};

}  // namespace actors
