#include "actors/actor_submitter.hpp"

#include "actors/shard_mail.hpp"
#include "actors/tsan.hpp"

#include <cassert>

namespace actors {

namespace {

void refuse(std::unique_ptr<counter::batch> batch, counter::outcome outcome) {
  batch->refuse(outcome);
  auto& origin = batch->origin();
  origin.complete(std::move(batch));
}

}  // namespace

actor_submitter::actor_submitter(caf::actor_system& system, counter::event_loop& loop,
                                 std::deque<mailbox>& mailboxes, const std::atomic<bool>& is_closed,
                                 const counter::shared_ledger* shared)
    : scheduler_(system, loop),
      mailboxes_(mailboxes),
      is_closed_(is_closed),
      shared_(shared) {}

void actor_submitter::submit(std::span<std::unique_ptr<counter::batch>> pass) {
  assert(pass.size() == mailboxes_.size());
  for (std::size_t i = 0; i < pass.size(); ++i)
    if (pass[i])
      send_batch(mailboxes_[i], std::move(pass[i]));
  scheduler_.run();
}

counter::room actor_submitter::room(unsigned mailbox, steady_clock::time_point now) const noexcept {
  // send_batch() refuses all with another reason than want of room.
  if (is_unreachable())
    return {};
  const auto& to = mailboxes_[mailbox];
  return to.bound.room(to.load.operations(), to.metrics.uncommitted.busy_for(now));
}

std::chrono::nanoseconds actor_submitter::count_refused(unsigned mailbox,
                                                        counter::priority priority,
                                                        std::size_t operations,
                                                        steady_clock::time_point now) noexcept {
  auto& to = mailboxes_[mailbox];
  return to.bound.refuse(priority, operations, to.load.operations(),
                         to.metrics.uncommitted.busy_for(now));
}

bool actor_submitter::is_unreachable() const noexcept {
  return shared_ != nullptr && !shared_->is_reachable();
}

void actor_submitter::send_end() {
  for (auto& mailbox : mailboxes_)
    send_mail(mailbox, nullptr);
}

void actor_submitter::send_batch(mailbox& mailbox, std::unique_ptr<counter::batch> batch) {
  if (is_closed_)
    return refuse(std::move(batch), counter::outcome::draining);
  if (is_unreachable())
    return refuse(std::move(batch), counter::outcome::unavailable);
  if (!mailbox.load.take(batch->size()))
    return refuse(std::move(batch), counter::outcome::overloaded);
  send_mail(mailbox, std::move(batch));
}

void actor_submitter::send_mail(mailbox& mailbox, std::unique_ptr<counter::batch> batch) {
  auto element = make_element(shard_mail{std::move(batch)});
  tsan_release(&mailbox.load);
  // CAF makes an idle actor ready on this loop.
  mailbox.actor->enqueue(std::move(element), &scheduler_);
  mailbox.load.announce();
}

}  // namespace actors
