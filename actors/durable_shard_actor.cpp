#include "actors/durable_shard_actor.hpp"

#include "actors/tsan.hpp"
#include "counter/limits.hpp"
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
      bound_(own.bound),
      metrics_(own.metrics),
      table_(settings, ledger, own.metrics),
      limit_({.least = counter::limits::shard_operations_min,
              .small_group = counter::limits::small_group_max,
              .large_group = counter::limits::large_group_min,
              .fixed = counter::limits::group_overhead}) {}

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
  if (group_.empty()) {
    group_began_ = std::chrono::steady_clock::now();
    metrics_.uncommitted.begin(group_began_);
  }
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
  const auto begin = std::chrono::steady_clock::now();
  pace_.waited(load_.wait_for(expected, pace_.patience()));
  waited_ = std::chrono::steady_clock::now() - begin;
  has_waited_ = true;
  // Again behind the mail that came meanwhile.
  enqueue(make_element(shard_mail::commit()), context());
}

void durable_shard_actor::measure(std::chrono::nanoseconds commit_took,
                                  std::chrono::nanoseconds group_took,
                                  counter::commit_result result, bool is_written) noexcept {
  std::size_t operations = 0;
  for (const auto& batch : group_)
    operations += batch->size();
  // The last commit, which the end of the actor makes, may be of an empty group.
  if (operations > 0) {
    metrics_.commit_seconds.add(commit_took);
    metrics_.commit_sync_seconds.add(table_.sync_time());
    metrics_.commit_operations.add(operations);
  }
  // How soon a full disk refuses says nothing about how long it takes.
  if (result == counter::commit_result::ok) {
    limit_.completed({.took = group_took,
                      .synced = table_.sync_time(),
                      .operations = operations,
                      .is_written = is_written});
    bound_.publish(limit_);
  }
  metrics_.uncommitted.end();
}

void durable_shard_actor::commit() noexcept {
  const auto begin = std::chrono::steady_clock::now();
  const bool is_written = table_.has_changes();
  const auto result = table_.commit();
  if (result != counter::commit_result::ok)
    table_.revise(group_, result);
  const auto end = std::chrono::steady_clock::now();
  pace_.committed(end - begin, load_.operations());
  measure(end - begin, end - group_began_ - waited_, result, is_written);
  has_waited_ = false;
  waited_ = {};
  for (auto& batch : group_) {
    load_.release(batch->size());
    auto& origin = batch->origin();
    origin.complete(std::move(batch));
  }
  group_.clear();
}

}  // namespace actors
