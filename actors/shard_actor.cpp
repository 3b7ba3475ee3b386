#include "actors/shard_actor.hpp"

#include "actors/tsan.hpp"
#include "counter/shard/apply_batch.hpp"
#include "counter/store/store.hpp"

namespace actors {

shard_actor::shard_actor(caf::actor_config& config, actors::mailbox& own,
                         const counter::table::settings& settings)
    : caf::event_based_actor(config),
      load_(own.load),
      metrics_(own.metrics),
      table_(settings) {}

caf::behavior shard_actor::make_behavior() {
  return {
      // By reference, so that neither CAF version copies the message.
      [this](shard_mail& mail) {
        tsan_acquire(&load_);
        if (mail.batch)
          apply(std::move(mail.batch));
        else
          quit();
      },
  };
}

void shard_actor::apply(std::unique_ptr<counter::batch> batch) noexcept {
  counter::apply_batch(*batch, table_, metrics_);
  load_.release(batch->size());
  tsan_release(static_cast<caf::resumable*>(this));
  auto& origin = batch->origin();
  origin.complete(std::move(batch));
}

}  // namespace actors
