#pragma once

#include "actors/shard_load.hpp"
#include "actors/shard_mail.hpp"
#include "counter/shard/commit_pace.hpp"
#include "counter/shard/durable_table.hpp"

#include <memory>
#include <vector>

namespace actors {

/// Owns the counters of one shard that are kept on a disk. It has a thread of
/// its own, because a disk makes it wait.
///
/// Commits by group: the first batch that is answered since the last commit has
/// the actor send itself one, behind whatever is in the mailbox already. So what
/// came in while the disk was busy shares the next commit. A group waits for those
/// who will be back at once (see commit_pace), and for nobody else. Batches go
/// home after the commit that keeps what they say.
class durable_shard_actor : public caf::event_based_actor {
public:
  /// `load`, `kept` and what the settings refer to outlive the actor.
  durable_shard_actor(caf::actor_config& config, shard_load& load,
                      const counter::durable_table::settings& settings, counter::ledger& kept);

  const char* name() const override { return "kept-counter-shard"; }

protected:
  caf::behavior make_behavior() override;

private:
  // noexcept: see shard_actor.
  void answer(std::unique_ptr<counter::batch> batch) noexcept;
  void wait_or_commit() noexcept;
  void commit() noexcept;

  shard_load& load_;
  counter::durable_table table_;                           // touched only while the actor runs
  std::vector<std::unique_ptr<counter::batch>> answered_;  // and not committed
  counter::commit_pace pace_;
  bool has_waited_ = false;  // for this group
};

}  // namespace actors
