#include "actors/actor_store.hpp"

#include "actors/actor_inlet.hpp"
#include "actors/kept_shard_actor.hpp"
#include "actors/ledger_actor.hpp"
#include "actors/shard_actor.hpp"
#include "actors/tsan.hpp"

#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <mutex>

namespace actors {

namespace {

struct config : caf::actor_system_config {
  config() {
    static const bool registered = (register_messages(), true);
    (void)registered;
    configure(*this);
  }
};

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
  std::deque<shard> places;
  std::atomic<bool> is_closed = false;
  std::mutex inlets_mutex;         // guards inlets
  std::deque<actor_inlet> inlets;  // a deque: the loops keep references

  impl(const counter::store_traits& what, unsigned shards, const counter::limits& limits)
      : placement(shards, counter::random_siphash_key()),
        traits(what),
        counters(limits.counters_max),
        replays(limits.replays_max) {
    assert(shards > 0 && shards <= counter::limits::shards_max);
  }

  template <class Actor, caf::spawn_options Options, class... Arguments>
  void spawn(const Arguments&... arguments) {
    auto& place = places.emplace_back(counter::limits::shard_operations_max);
    place.actor = system.spawn<Actor, Options>(std::ref(place.load), arguments...);
  }

  bool has_threads() const noexcept { return traits.backups.has_value(); }
  void end();
};

/// The actors end when they have answered all that is in their mailboxes.
void actor_store::impl::end() {
  no_loop nowhere;
  actor_inlet last{system, nowhere, places, is_closed};
  last.send_end();
  last.run_to_end();
  caf::scoped_actor waiting{system};
  for (auto& place : places) {
    if (has_threads()) {
      waiting->wait_for(place.actor);
      tsan_acquire(&place.load);
    }
    place.actor = nullptr;
  }
}

actor_store::actor_store(unsigned shards, const counter::limits& limits)
    : impl_(std::make_unique<impl>(counter::store_traits::in_memory(shards), shards, limits)) {
  const counter::table::settings settings{.counters = impl_->counters,
                                          .replays = impl_->replays,
                                          .replay_ttl = limits.replay_ttl,
                                          .key = impl_->placement.key(),
                                          .version = version_of(std::chrono::system_clock::now())};
  // Lazily: its first run, too, is on an event loop.
  for (unsigned i = 0; i < shards; ++i)
    impl_->spawn<shard_actor, caf::lazy_init>(settings);
}

actor_store::actor_store(unsigned shards, const counter::limits& limits, counter::ledger& kept,
                         const counter::durability& durability, std::size_t bytes_max)
    : impl_(std::make_unique<impl>(counter::store_traits{.places = shards + 2,
                                                         .first_list = shards,
                                                         .lists = 1,
                                                         .backups = shards + 1,
                                                         .durability = durability,
                                                         .start = kept.summary().now},
                                   shards, limits)) {
  impl_->counters.adjust(static_cast<std::int64_t>(kept.summary().counters));
  impl_->replays.adjust(static_cast<std::int64_t>(kept.summary().replays));
  for (unsigned i = 0; i < shards; ++i)
    impl_->spawn<kept_shard_actor, caf::detached>(
        counter::kept_table::settings{impl_->counters, impl_->replays, limits.replay_ttl,
                                      impl_->placement, i, bytes_max / shards},
        std::ref(kept));
  impl_->spawn<ledger_actor, caf::detached>(std::ref(kept));
  impl_->spawn<ledger_actor, caf::detached>(std::ref(kept));
}

actor_store::~actor_store() {
  close();
  if (!impl_->has_threads())
    impl_->end();
}

const counter::placement& actor_store::placement() const noexcept {
  return impl_->placement;
}

const counter::store_traits& actor_store::traits() const noexcept {
  return impl_->traits;
}

counter::inlet& actor_store::connect(counter::event_loop& loop) {
  std::lock_guard lock{impl_->inlets_mutex};
  return impl_->inlets.emplace_back(impl_->system, loop, impl_->places, impl_->is_closed);
}

void actor_store::close() {
  if (impl_->is_closed.exchange(true))
    return;
  std::lock_guard lock{impl_->inlets_mutex};
  // An actor with mail is ready on the loop that sent it.
  for (auto& inlet : impl_->inlets)
    inlet.run_to_end();
  if (impl_->has_threads())
    impl_->end();
}

}  // namespace actors
