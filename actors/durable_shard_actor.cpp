#include "actors/durable_shard_actor.hpp"

#include "actors/tsan.hpp"
#include "counter/shard/store.hpp"

#include <chrono>

namespace actors {

namespace {

/// To fall asleep and wake up takes about as long.
constexpr std::chrono::microseconds shortest_wait{20};

}  // namespace

durable_shard_actor::durable_shard_actor(caf::actor_config& config, shard_load& load,
                                         const counter::durable_table::settings& settings,
                                         counter::ledger& kept)
    : caf::event_based_actor(config),
      load_(load),
      table_(settings, kept) {}

caf::behavior durable_shard_actor::make_behavior() {
  return {
      [this](shard_mail& mail) {
        tsan_acquire(&load_);
        if (mail.is_commit)
          return wait_or_commit();
        if (mail.batch)
          return answer(std::move(mail.batch));
        commit();
        tsan_release(&load_);
        quit();
      },
  };
}

void durable_shard_actor::answer(std::unique_ptr<counter::batch> batch) noexcept {
  table_.apply(*batch);
  if (answered_.empty())
    enqueue(make_element(shard_mail::commit()), context());
  answered_.push_back(std::move(batch));
}

void durable_shard_actor::wait_or_commit() noexcept {
  const auto expected = pace_.expected();
  // Both are in the mailbox, as far as it is counted.
  if (has_waited_ || load_.operations() >= expected || pace_.patience() <= shortest_wait)
    return commit();
  pace_.waited(load_.wait_for(expected, pace_.patience()));
  has_waited_ = true;
  // Behind what came meanwhile.
  enqueue(make_element(shard_mail::commit()), context());
}

void durable_shard_actor::commit() noexcept {
  const auto begin = std::chrono::steady_clock::now();
  if (const auto how = table_.commit(); how != counter::commit_result::ok)
    table_.revise(answered_, how);
  pace_.committed(std::chrono::steady_clock::now() - begin, load_.operations());
  has_waited_ = false;
  for (auto& batch : answered_) {
    load_.release(batch->size());
    auto& origin = batch->origin();
    origin.complete(std::move(batch));
  }
  answered_.clear();
}

}  // namespace actors
