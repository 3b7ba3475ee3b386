#pragma once

#include "actors/mailbox.hpp"
#include "actors/shard_mail.hpp"
#include "counter/shard/table.hpp"

namespace actors {

/// Owns the counters of one shard in memory. Its mailbox serialises every change: CAF
/// runs an actor on one thread at a time, here on that of the event loop whose mail made
/// it ready.
class shard_actor : public caf::event_based_actor {
public:
  /// `own` and what the settings refer to outlive the actor.
  shard_actor(caf::actor_config& config, actors::mailbox& own,
              const counter::table::settings& settings);

  const char* name() const override { return "counter-shard"; }

protected:
  caf::behavior make_behavior() override;

private:
  // noexcept, so that an exception ends the process. Otherwise it would end the actor
  // silently, and its callers would wait for ever.
  void apply(std::unique_ptr<counter::batch> batch) noexcept;

  shard_load& load_;
  counter::shard_metrics& metrics_;
  counter::table table_;  // used only while the actor runs
};

}  // namespace actors
