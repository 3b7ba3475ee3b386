#include "actors/actor_inlet.hpp"

#include "actors/shard_mail.hpp"
#include "actors/tsan.hpp"

#include <cassert>

namespace actors {

namespace {

void send_back(std::unique_ptr<counter::batch> batch, counter::outcome why) {
  batch->refuse(why);
  auto& home = batch->home();
  home.take_home(std::move(batch));
}

}  // namespace

actor_inlet::actor_inlet(caf::actor_system& system, counter::event_loop& loop,
                         std::deque<shard>& shards, const std::atomic<bool>& is_closed)
    : scheduler_(system, loop),
      shards_(shards),
      is_closed_(is_closed) {}

void actor_inlet::submit(std::span<std::unique_ptr<counter::batch>> pass) {
  assert(pass.size() == shards_.size());
  for (std::size_t i = 0; i < pass.size(); ++i)
    if (pass[i])
      send_batch(shards_[i], std::move(pass[i]));
  scheduler_.run();
}

void actor_inlet::send_end() {
  for (auto& shard : shards_)
    send_mail(shard, nullptr);
}

void actor_inlet::send_batch(shard& to, std::unique_ptr<counter::batch> batch) {
  if (is_closed_)
    return send_back(std::move(batch), counter::outcome::draining);
  if (!to.load.take(batch->size()))
    return send_back(std::move(batch), counter::outcome::overloaded);
  send_mail(to, std::move(batch));
}

void actor_inlet::send_mail(shard& to, std::unique_ptr<counter::batch> batch) {
  auto element = make_element(shard_mail{std::move(batch)});
  tsan_release(&to.load);
  // A shard that was idle becomes ready here, on our loop.
  to.actor->enqueue(std::move(element), &scheduler_);
  to.load.announce();
}

}  // namespace actors
