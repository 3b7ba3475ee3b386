#pragma once

#include "actors/mailbox.hpp"
#include "actors/shard_mail.hpp"
#include "counter/shard/ledger.hpp"
#include "counter/shard/queue_limit.hpp"

namespace actors {

/// Serves lists and backups of all counters on a disk, without the shards. Detached: it
/// has a thread of its own, because calls of the ledger block.
class ledger_actor : public caf::event_based_actor {
public:
  /// `own` and `ledger` outlive the actor.
  ledger_actor(caf::actor_config& config, actors::mailbox& own, counter::ledger& ledger);

  const char* name() const override { return "counter-ledger"; }

protected:
  caf::behavior make_behavior() override;

private:
  // noexcept: see shard_actor.
  void complete(std::unique_ptr<counter::batch> batch) noexcept;

  shard_load& load_;
  queue_bound& bound_;
  counter::queue_limit limit_;
  counter::ledger& ledger_;
};

}  // namespace actors
