#pragma once

#include "actors/shard_load.hpp"
#include "actors/shard_mail.hpp"
#include "counter/shard/ledger.hpp"

namespace actors {

/// Answers what is asked of all counters on a disk and not of a shard: lists and
/// backups. It has a thread of its own, because a disk makes it wait.
class ledger_actor : public caf::event_based_actor {
public:
  /// `load` and `kept` outlive the actor.
  ledger_actor(caf::actor_config& config, shard_load& load, counter::ledger& kept);

  const char* name() const override { return "counter-ledger"; }

protected:
  caf::behavior make_behavior() override;

private:
  // noexcept: see shard_actor.
  void answer(std::unique_ptr<counter::batch> batch) noexcept;

  shard_load& load_;
  counter::ledger& ledger_;
};

}  // namespace actors
