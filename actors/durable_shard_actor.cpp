#include "actors/durable_shard_actor.hpp"

#include "actors/tsan.hpp"
#include "counter/store/store.hpp"

#include <chrono>

namespace actors {

namespace {

/// Sleeping and waking up takes about this long.
constexpr std::chrono::microseconds shortest_wait{20};

}  // namespace

durable_shard_actor::durable_shard_actor(caf::actor_config& config, actors::mailbox& own,
                                         const counter::durable_table::settings& settings,
                                         counter::ledger& ledger)
    : caf::event_based_actor(config),
      load_(own.load),
      metrics_(own.metrics),
      table_(settings, ledger, own.metrics) {}

caf::behavior durable_shard_actor::make_behavior() {
  return {
      [this](shard_mail& mail) {
        tsan_acquire(&load_);
        if (mail.is_commit)
          return wait_or_commit();
        if (mail.batch)
          return apply(std::move(mail.batch));
        commit();
        tsan_release(&load_);
        quit();
      },
  };
}

void durable_shard_actor::apply(std::unique_ptr<counter::batch> batch) noexcept {
  if (group_.empty())
    metrics_.uncommitted.begin(std::chrono::steady_clock::now());
  table_.apply(*batch);
  if (group_.empty())
    enqueue(make_element(shard_mail::commit()), context());
  group_.push_back(std::move(batch));
}

void durable_shard_actor::wait_or_commit() noexcept {
  const auto expected = pace_.expected();
  // The group and the mail behind it: shard_load counts both.
  if (has_waited_ || load_.operations() >= expected || pace_.patience() <= shortest_wait)
    return commit();
  pace_.waited(load_.wait_for(expected, pace_.patience()));
  has_waited_ = true;
  // Again behind the mail that came meanwhile.
  enqueue(make_element(shard_mail::commit()), context());
}

void durable_shard_actor::measure(std::chrono::nanoseconds commit_took) noexcept {
  std::size_t operations = 0;
  for (const auto& batch : group_)
    operations += batch->size();
  // The last commit, which the end of the actor makes, may be of an empty group.
  if (operations > 0) {
    metrics_.commit_seconds.add(commit_took);
    metrics_.commit_operations.add(operations);
  }
  metrics_.uncommitted.end();
}

void durable_shard_actor::commit() noexcept {
  const auto begin = std::chrono::steady_clock::now();
  if (const auto result = table_.commit(); result != counter::commit_result::ok)
    table_.revise(group_, result);
  const auto took = std::chrono::steady_clock::now() - begin;
  pace_.committed(took, load_.operations());
  measure(took);
  has_waited_ = false;
  for (auto& batch : group_) {
    load_.release(batch->size());
    auto& origin = batch->origin();
    origin.complete(std::move(batch));
  }
  group_.clear();
}

}  // namespace actors
