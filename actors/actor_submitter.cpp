#include "actors/actor_submitter.hpp"

#include "actors/shard_mail.hpp"
#include "actors/tsan.hpp"

#include <cassert>

namespace actors {

namespace {

void refuse(std::unique_ptr<counter::batch> batch, counter::outcome why) {
  batch->refuse(why);
  auto& origin = batch->origin();
  origin.complete(std::move(batch));
}

}  // namespace

actor_submitter::actor_submitter(caf::actor_system& system, counter::event_loop& loop,
                                 std::deque<shard>& shards, const std::atomic<bool>& is_closed)
    : scheduler_(system, loop),
      shards_(shards),
      is_closed_(is_closed) {}

void actor_submitter::submit(std::span<std::unique_ptr<counter::batch>> pass) {
  assert(pass.size() == shards_.size());
  for (std::size_t i = 0; i < pass.size(); ++i)
    if (pass[i])
      send_batch(shards_[i], std::move(pass[i]));
  scheduler_.run();
}

void actor_submitter::send_end() {
  for (auto& shard : shards_)
    send_mail(shard, nullptr);
}

void actor_submitter::send_batch(shard& to, std::unique_ptr<counter::batch> batch) {
  if (is_closed_)
    return refuse(std::move(batch), counter::outcome::draining);
  if (!to.load.take(batch->size()))
    return refuse(std::move(batch), counter::outcome::overloaded);
  send_mail(to, std::move(batch));
}

void actor_submitter::send_mail(shard& to, std::unique_ptr<counter::batch> batch) {
  auto element = make_element(shard_mail{std::move(batch)});
  tsan_release(&to.load);
  // A shard that was idle becomes ready here, on our loop.
  to.actor->enqueue(std::move(element), &scheduler_);
  to.load.announce();
}

}  // namespace actors
