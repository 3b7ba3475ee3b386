#include "actors/actor_store.hpp"

#include "actors/actor_inlet.hpp"
#include "actors/shard_actor.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <mutex>
#include <random>

namespace actors {

namespace {

struct config : caf::actor_system_config {
  config() {
    static const bool registered = (register_messages(), true);
    (void)registered;
    configure(*this);
  }
};

/// Nobody outside the process can know it, so nobody can choose names that
/// collide in a table.
counter::siphash_key random_key() {
  std::random_device random;
  auto word = [&] { return std::uint64_t{random()} << 32 | random(); };
  return {word(), word()};
}

/// Later than all versions of earlier runs, of which nothing is kept: sixteen a
/// microsecond since 2020 are more than a shard can give out. They stay below
/// 2^53, where JavaScript can tell them apart, until 2037.
std::uint64_t version_of(std::chrono::system_clock::time_point start) {
  using namespace std::chrono_literals;
  const std::chrono::sys_days epoch = 2020y / 1 / 1;
  const auto age = std::chrono::duration_cast<std::chrono::microseconds>(start - epoch);
  return 16 * static_cast<std::uint64_t>(std::max<std::int64_t>(age.count(), 0));
}

/// Stands for an event loop while the store closes, when there is none.
class no_loop final : public counter::event_loop {
public:
  void post(std::function<void()>) override { std::abort(); }
  void take_home(std::unique_ptr<counter::batch>) noexcept override { std::abort(); }
};

}  // namespace

struct actor_store::impl {
  actors::config config;
  caf::actor_system system{config};
  counter::placement placement;
  counter::store_traits traits;
  counter::quota counters;
  counter::quota replays;
  std::deque<shard> shards;
  std::atomic<bool> is_closed = false;
  std::mutex inlets_mutex;         // guards inlets
  std::deque<actor_inlet> inlets;  // a deque: the loops keep references

  impl(unsigned shard_count, const counter::limits& limits)
      : placement(shard_count, random_key()),
        traits(counter::store_traits::in_memory(shard_count)),
        counters(limits.counters_max),
        replays(limits.replays_max) {}
};

actor_store::actor_store(unsigned shards, const counter::limits& limits)
    : impl_(std::make_unique<impl>(shards, limits)) {
  assert(shards > 0 && shards <= counter::limits::shards_max);
  const auto first_version = version_of(std::chrono::system_clock::now());
  for (unsigned i = 0; i < shards; ++i) {
    auto& shard = impl_->shards.emplace_back(counter::limits::shard_operations_max);
    // Lazily: its first run, too, is on an event loop.
    shard.actor = impl_->system.spawn<shard_actor, caf::lazy_init>(
        shard.load, counter::table::settings{impl_->counters, impl_->replays, limits.replay_ttl,
                                             impl_->placement.key(), first_version});
  }
}

actor_store::~actor_store() {
  close();
  no_loop nowhere;
  actor_inlet last{impl_->system, nowhere, impl_->shards, impl_->is_closed};
  last.send_end();
  last.run_to_end();
  for (auto& shard : impl_->shards)
    shard.actor = nullptr;
}

const counter::placement& actor_store::placement() const noexcept {
  return impl_->placement;
}

const counter::store_traits& actor_store::traits() const noexcept {
  return impl_->traits;
}

counter::inlet& actor_store::connect(counter::event_loop& loop) {
  std::lock_guard lock{impl_->inlets_mutex};
  return impl_->inlets.emplace_back(impl_->system, loop, impl_->shards, impl_->is_closed);
}

void actor_store::close() {
  if (impl_->is_closed.exchange(true))
    return;
  std::lock_guard lock{impl_->inlets_mutex};
  // An actor with mail is ready on the loop that sent it.
  for (auto& inlet : impl_->inlets)
    inlet.run_to_end();
}

}  // namespace actors
