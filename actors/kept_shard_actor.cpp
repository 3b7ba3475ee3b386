#include "actors/kept_shard_actor.hpp"

#include "actors/tsan.hpp"
#include "counter/store.hpp"

namespace actors {

kept_shard_actor::kept_shard_actor(caf::actor_config& config, shard_load& load,
                                   const counter::kept_table::settings& settings,
                                   counter::ledger& kept)
    : caf::event_based_actor(config),
      load_(load),
      table_(settings, kept) {}

caf::behavior kept_shard_actor::make_behavior() {
  return {
      [this](shard_mail& mail) {
        tsan_acquire(&load_);
        if (mail.is_commit)
          return commit();
        if (mail.batch)
          return answer(std::move(mail.batch));
        commit();
        quit();
      },
  };
}

void kept_shard_actor::answer(std::unique_ptr<counter::batch> batch) noexcept {
  table_.answer(*batch);
  if (answered_.empty())
    enqueue(make_element(shard_mail::commit()), context());
  answered_.push_back(std::move(batch));
}

void kept_shard_actor::commit() noexcept {
  if (const auto how = table_.commit(); how != counter::kept::ok)
    table_.take_back(answered_, how);
  for (auto& batch : answered_) {
    load_.release(batch->size());
    auto& home = batch->home();
    home.take_home(std::move(batch));
  }
  answered_.clear();
}

}  // namespace actors
