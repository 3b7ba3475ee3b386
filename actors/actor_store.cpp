#include "actors/actor_store.hpp"

#include "actors/actor_submitter.hpp"
#include "actors/durable_shard_actor.hpp"
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
  void complete(std::unique_ptr<counter::batch>) noexcept override { std::abort(); }
};

}  // namespace

struct actor_store::impl {
  actors::config config;
  caf::actor_system system{config};
  counter::placement placement;
  counter::store_traits traits;
  counter::quota counters;
  counter::quota idempotency_records;
  std::deque<shard> mailboxes;
  std::atomic<bool> is_closed = false;
  std::mutex submitters_mutex;             // guards inlets
  std::deque<actor_submitter> submitters;  // a deque: the loops keep references

  impl(const counter::store_traits& what, unsigned shards, const counter::limits& limits)
      : placement(shards, counter::random_siphash_key()),
        traits(what),
        counters(limits.counters_max),
        idempotency_records(limits.idempotency_records_max) {
    assert(shards > 0 && shards <= counter::limits::shards_max);
  }

  template <class Actor, caf::spawn_options Options, class... Arguments>
  void spawn(const Arguments&... arguments) {
    auto& mailbox = mailboxes.emplace_back(counter::limits::shard_operations_max);
    mailbox.actor = system.spawn<Actor, Options>(std::ref(mailbox.load), arguments...);
  }

  bool has_threads() const noexcept { return traits.backups.has_value(); }
  void end();
};

/// The actors end when they have answered all that is in their mailboxes.
void actor_store::impl::end() {
  no_loop nowhere;
  actor_submitter last{system, nowhere, mailboxes, is_closed};
  last.send_end();
  last.run_to_end();
  caf::scoped_actor waiting{system};
  for (auto& mailbox : mailboxes) {
    if (has_threads()) {
      waiting->wait_for(mailbox.actor);
      tsan_acquire(&mailbox.load);
    }
    mailbox.actor = nullptr;
  }
}

actor_store::actor_store(unsigned shards, const counter::limits& limits)
    : impl_(std::make_unique<impl>(counter::store_traits::in_memory(shards), shards, limits)) {
  const counter::table::settings settings{.counters = impl_->counters,
                                          .idempotency_records = impl_->idempotency_records,
                                          .idempotency_ttl = limits.idempotency_ttl,
                                          .key = impl_->placement.key(),
                                          .version = version_of(std::chrono::system_clock::now())};
  // Lazily: its first run, too, is on an event loop.
  for (unsigned i = 0; i < shards; ++i)
    impl_->spawn<shard_actor, caf::lazy_init>(settings);
}

actor_store::actor_store(unsigned shards, const counter::limits& limits, counter::ledger& kept,
                         const counter::durability& durability, std::size_t bytes_max)
    : impl_(std::make_unique<impl>(counter::store_traits{.mailboxes = shards + 2,
                                                         .first_list = shards,
                                                         .lists = 1,
                                                         .backups = shards + 1,
                                                         .durability = durability,
                                                         .start = kept.summary().now},
                                   shards, limits)) {
  impl_->counters.adjust(static_cast<std::int64_t>(kept.summary().counters));
  impl_->idempotency_records.adjust(static_cast<std::int64_t>(kept.summary().idempotency_records));
  for (unsigned i = 0; i < shards; ++i)
    impl_->spawn<durable_shard_actor, caf::detached>(
        counter::durable_table::settings{impl_->counters, impl_->idempotency_records,
                                         limits.idempotency_ttl, impl_->placement, i,
                                         bytes_max / shards},
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

counter::submitter& actor_store::connect(counter::event_loop& loop) {
  std::lock_guard lock{impl_->submitters_mutex};
  return impl_->submitters.emplace_back(impl_->system, loop, impl_->mailboxes, impl_->is_closed);
}

void actor_store::close() {
  if (impl_->is_closed.exchange(true))
    return;
  std::lock_guard lock{impl_->submitters_mutex};
  // An actor with mail is ready on the loop that sent it.
  for (auto& submitter : impl_->submitters)
    submitter.run_to_end();
  if (impl_->has_threads())
    impl_->end();
}

}  // namespace actors
