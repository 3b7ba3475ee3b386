#include "actors/shared_shard_actor.hpp"

#include "actors/tsan.hpp"
#include "counter/limits.hpp"

#include <thread>
#include <utility>

namespace actors {

namespace {

/// Between two attempts to reach a database that is away. Mail waits as long.
constexpr std::chrono::milliseconds reconnect_pause{100};

}  // namespace

shared_shard_actor::shared_shard_actor(caf::actor_config& config, actors::mailbox& own,
                                       const counter::shared_table::settings& settings,
                                       counter::shared_ledger& ledger, unsigned shard)
    : caf::event_based_actor(config),
      load_(own.load),
      bound_(own.bound),
      metrics_(own.metrics),
      table_(settings, ledger.open_writer(shard), own.metrics),
      limit_({.least = counter::limits::shard_operations_min,
              .small_group = counter::limits::small_group_max,
              .large_group = counter::limits::large_group_min,
              .fixed = counter::limits::group_overhead}) {}

caf::behavior shared_shard_actor::make_behavior() {
  return {
      [this](shard_mail& mail) {
        tsan_acquire(&load_);
        if (mail.is_commit) {
          has_mail_ = false;
          return carry_out();
        }
        if (mail.batch)
          return gather(std::move(mail.batch));
        carry_out();
        tsan_release(&load_);
        quit();
      },
  };
}

void shared_shard_actor::gather(std::unique_ptr<counter::batch> batch) noexcept {
  if (group_.empty()) {
    group_began_ = std::chrono::steady_clock::now();
    metrics_.uncommitted.begin(group_began_);
    request_turn();
  }
  operations_ += batch->size();
  group_.push_back(std::move(batch));
  if (operations_ >= counter::limits::shared_group_max)
    carry_out();
}

void shared_shard_actor::request_turn() noexcept {
  if (!std::exchange(has_mail_, true))
    enqueue(make_element(shard_mail::commit()), context());
}

/// There may be no group: it was carried out early, or there is only a database to be reached.
void shared_shard_actor::carry_out() noexcept {
  if (table_.is_missing() && (table_.is_away() || group_.empty()))
    table_.reconnect();
  if (!group_.empty()) {
    if (table_.is_away())
      for (auto& batch : group_)
        batch->refuse(counter::outcome::unavailable);
    else
      table_.apply(group_);
    complete_group();
  }
  if (!table_.is_missing())
    return;
  std::this_thread::sleep_for(reconnect_pause);
  request_turn();
}

void shared_shard_actor::complete_group() noexcept {
  const auto took = std::chrono::steady_clock::now() - group_began_;
  metrics_.commit_seconds.add(took);
  metrics_.commit_operations.add(operations_);
  limit_.completed({.took = took, .operations = operations_, .is_written = true});
  bound_.publish(limit_);
  metrics_.uncommitted.end();
  for (auto& batch : group_) {
    load_.release(batch->size());
    auto& origin = batch->origin();
    origin.complete(std::move(batch));
  }
  group_.clear();
  operations_ = 0;
}

}  // namespace actors
