#pragma once

#include "actors/mailbox.hpp"
#include "actors/shard_mail.hpp"
#include "counter/shard/queue_limit.hpp"
#include "counter/shard/shared_ledger.hpp"
#include "counter/shard/shared_table.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

namespace actors {

/// Counts for one shard in a database that other servers use, too. Detached: it has a thread of its
/// own, because calls of the database block.
///
/// Works in groups: on the first batch the actor sends itself the mail to commit, which is behind
/// whatever is in the mailbox by then. So everything that arrives during a group shares the next
/// one, up to limits::shared_group_max. While the database cannot be reached, batches are refused
/// at once, and the actor tries to reach it.
class shared_shard_actor : public caf::event_based_actor {
public:
  /// `own`, `ledger` and what the settings refer to outlive the actor.
  shared_shard_actor(caf::actor_config& config, actors::mailbox& own,
                     const counter::shared_table::settings& settings,
                     counter::shared_ledger& ledger, unsigned shard);

  const char* name() const override { return "shared-counter-shard"; }

protected:
  caf::behavior make_behavior() override;

private:
  // noexcept: see shard_actor.
  void gather(std::unique_ptr<counter::batch> batch) noexcept;
  void carry_out() noexcept;
  void complete_group() noexcept;
  void request_turn() noexcept;

  shard_load& load_;
  queue_bound& bound_;
  counter::shard_metrics& metrics_;
  counter::shared_table table_;                         // used only while the actor runs
  std::vector<std::unique_ptr<counter::batch>> group_;  // not carried out yet
  std::size_t operations_ = 0;                          // of the group
  bool has_mail_ = false;                               // to commit, in its own mailbox
  counter::queue_limit limit_;
  std::chrono::steady_clock::time_point group_began_;
};

}  // namespace actors
