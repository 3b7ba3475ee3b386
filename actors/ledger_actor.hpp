#pragma once

#include "actors/mailbox.hpp"
#include "actors/shard_mail.hpp"
#include "counter/call.hpp"
#include "counter/shard/queue_limit.hpp"

#include <cstddef>
#include <functional>
#include <string>

namespace actors {

/// What a ledger_actor calls. Calls block.
struct ledger_calls {
  /// See counter::ledger::list().
  std::function<counter::page(const counter::page_request& query, counter::time_point now,
                              std::size_t steps)>
      list;
  /// See counter::ledger::back_up(). Unused if the store has no backups.
  std::function<counter::backup(const std::string& name)> back_up;
};

/// Serves lists and backups of all counters of a ledger, without the shards. Detached: it
/// has a thread of its own, because calls of the ledger block.
class ledger_actor : public caf::event_based_actor {
public:
  /// `own`, and what `ledger` refers to, outlive the actor.
  ledger_actor(caf::actor_config& config, actors::mailbox& own, ledger_calls ledger);

  const char* name() const override { return "counter-ledger"; }

protected:
  caf::behavior make_behavior() override;

private:
  // noexcept: see shard_actor.
  void complete(std::unique_ptr<counter::batch> batch) noexcept;

  shard_load& load_;
  queue_bound& bound_;
  counter::queue_limit limit_;
  const ledger_calls ledger_;
};

}  // namespace actors
