#include "actors/actor_store.hpp"

#include "actors/actor_submitter.hpp"
#include "actors/durable_shard_actor.hpp"
#include "actors/ledger_actor.hpp"
#include "actors/shard_actor.hpp"
#include "actors/shared_shard_actor.hpp"
#include "actors/tsan.hpp"
#include "counter/mutex.hpp"
#include "counter/shard/version.hpp"

#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
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

/// Returns what the versions of a run begin above. If the clock is behind the greatest version that
/// is `stored`, it cannot be known how many a later run has given out: the directory may be a
/// backup, or have lost its last changes. The gap avoids them, unless that run has made billions
/// of changes.
std::uint64_t first_version(std::uint64_t stored) {
  const auto clock = counter::version_at(std::chrono::system_clock::now());
  return clock > stored ? clock : stored + std::random_device{}();
}

counter::store_traits durable_traits(unsigned shards, const counter::ledger& ledger,
                                     const counter::durability& durability) {
  const auto [name, has_backups] = ledger.traits();
  return {.name = name,
          .shards = shards,
          .has_threads = true,
          .has_backups = has_backups,
          .durability = durability,
          .start = ledger.summary().now};
}

/// Behind the shards, one mailbox for lists and one for backups, which take long.
counter::mailbox_layout durable_layout(unsigned shards, bool has_backups) {
  counter::mailbox_layout layout{shards + 1, shards, 1, {}};
  if (has_backups)
    layout.backups = layout.mailboxes++;
  return layout;
}

ledger_calls calls_of(counter::ledger& ledger) {
  return {.list = [&ledger](const counter::page_request& query, counter::time_point now,
                            std::size_t steps) { return ledger.list(query, now, steps); },
          .back_up = [&ledger](const std::string& name) { return ledger.back_up(name); }};
}

ledger_calls calls_of(counter::shared_ledger& ledger) {
  return {.list = [&ledger](const counter::page_request& query, counter::time_point /*now*/,
                            std::size_t steps) { return ledger.list(query, steps); },
          .back_up = {}};
}

/// A counter or an idempotency record takes some hundred bytes of a quota.
constexpr std::int64_t byte_lease = std::int64_t{64} << 10;

/// The event loop of the mail that ends the actors. Nothing is left for later.
class no_loop final : public counter::event_loop {
public:
  void post(std::function<void()>) override { std::abort(); }
  void wake() noexcept override { std::abort(); }
  void post_after(std::chrono::milliseconds, std::function<void()>) override { std::abort(); }
  bool is_here() const noexcept override { return true; }
  pass_time begin_pass() noexcept override { std::abort(); }
};

}  // namespace

struct actor_store::impl {
  // The actors' tables give back to these when they end, which the system waits for.
  counter::quota counters;
  counter::quota idempotency_records;
  // Unused with a ledger. Apart, so that neither counters nor keys take the other's room.
  counter::quota counter_bytes;
  counter::quota idempotency_bytes;
  const std::uint64_t idempotency_bytes_max;
  std::unique_ptr<counter::others_usage> others;  // null: they are in no database
  actors::config config;
  caf::actor_system system{config};
  const counter::store_traits traits;
  const counter::mailbox_layout layout;
  counter::ledger* const ledger;         // null: on no disk
  counter::shared_ledger* const shared;  // null: in no database
  counter::placement placement;
  std::deque<mailbox> mailboxes;
  std::atomic<bool> is_closed = false;
  counter::mutex submitters_mutex;
  std::deque<actor_submitter> submitters
      ABSL_GUARDED_BY(submitters_mutex);  // a deque, because the loops hold references

  impl(const counter::store_traits& store_traits, const counter::mailbox_layout& mailbox_layout,
       counter::ledger* its_ledger, const counter::limits& limits, std::uint64_t bytes_max,
       counter::shared_ledger* its_shared_ledger = nullptr)
      : counters(limits.counters_max),
        idempotency_records(limits.idempotency_records_max),
        counter_bytes(bytes_max - bytes_max / 4, byte_lease),
        idempotency_bytes(bytes_max / 4, byte_lease),
        idempotency_bytes_max(bytes_max / 4),
        traits(store_traits),
        layout(mailbox_layout),
        ledger(its_ledger),
        shared(its_shared_ledger),
        placement(traits.shards, counter::random_siphash_key()) {
    assert(traits.shards > 0 && traits.shards <= counter::limits::shards_max);
  }

  template <class Actor, caf::spawn_options Options, class... Arguments>
  void spawn(const Arguments&... arguments) {
    // The loops keep to the bound of a mailbox whose actor has a thread.
    auto& mailbox = mailboxes.emplace_back(
        traits.has_threads ? SIZE_MAX : counter::limits::shard_operations_max);
    try {
      mailbox.actor = system.spawn<Actor, Options>(std::ref(mailbox), arguments...);
    } catch (...) {
      mailboxes.pop_back();
      throw;
    }
  }

  void end();

  /// Returns how many operations were refused for want of room; by enum priority.
  std::array<std::uint64_t, counter::priorities> refused() const noexcept;
};

std::array<std::uint64_t, counter::priorities> actor_store::impl::refused() const noexcept {
  std::array<std::uint64_t, counter::priorities> refused{};
  for (const auto& mailbox : mailboxes) {
    for (std::size_t i = 0; i < refused.size(); ++i)
      refused[i] += mailbox.bound.refused(static_cast<counter::priority>(i));
    // A shard in memory refuses a loop's whole batch, whatever is in it.
    refused[static_cast<std::size_t>(counter::priority::usual)] += mailbox.load.refused();
  }
  return refused;
}

/// Ends the actors after they have completed what is in their mailboxes.
void actor_store::impl::end() {
  no_loop loop;
  actor_submitter last{system, loop, mailboxes, is_closed};
  last.send_end();
  last.run_to_end();
  caf::scoped_actor waiting{system};
  for (auto& mailbox : mailboxes) {
    if (traits.has_threads) {
      waiting->wait_for(mailbox.actor);
      tsan_acquire(&mailbox.load);
    }
    mailbox.actor = nullptr;
  }
}

actor_store::actor_store(unsigned shards, const counter::limits& limits, std::uint64_t bytes_max)
    : impl_(std::make_unique<impl>(counter::store_traits{.shards = shards},
                                   counter::mailbox_layout::of_shards(shards), nullptr, limits,
                                   bytes_max)) {
  const counter::table::settings settings{.counters = impl_->counters,
                                          .idempotency_records = impl_->idempotency_records,
                                          .idempotency_ttl = limits.idempotency_ttl,
                                          .key = impl_->placement.key(),
                                          .version = first_version(0),
                                          .counter_bytes = &impl_->counter_bytes,
                                          .idempotency_bytes = &impl_->idempotency_bytes};
  // lazy_init, so that its first run, too, is on an event loop.
  for (unsigned i = 0; i < shards; ++i)
    impl_->spawn<shard_actor, caf::lazy_init>(settings);
}

actor_store::actor_store(unsigned shards, const counter::limits& limits, counter::ledger& ledger,
                         const counter::durability& durability, std::size_t bytes_max)
    : impl_(std::make_unique<impl>(durable_traits(shards, ledger, durability),
                                   durable_layout(shards, ledger.traits().has_backups), &ledger,
                                   limits, bytes_max)) {
  const auto& summary = ledger.summary();
  const auto version = first_version(summary.version);
  impl_->counters.adjust(static_cast<std::int64_t>(summary.counters));
  impl_->idempotency_records.adjust(static_cast<std::int64_t>(summary.idempotency_records));
  try {
    for (unsigned i = 0; i < shards; ++i)
      impl_->spawn<durable_shard_actor, caf::detached>(
          counter::durable_table::settings{impl_->counters, impl_->idempotency_records,
                                           limits.idempotency_ttl, impl_->placement, i,
                                           bytes_max / shards, version},
          std::ref(ledger));
    for (auto i = shards; i < impl_->layout.mailboxes; ++i)
      impl_->spawn<ledger_actor, caf::detached>(calls_of(ledger));
  } catch (...) {
    impl_->end();
    // CAF has counted the thread that could not start, and its destructor would wait for it.
    static_cast<void>(impl_.release());
    throw;
  }
  set_queue_delay(limits.queue_delay_max);
}

actor_store::actor_store(unsigned shards, const counter::limits& limits,
                         counter::shared_ledger& ledger, bool confirms_reads)
    : impl_(std::make_unique<impl>(
          counter::store_traits{.name = ledger.name(),
                                .shards = shards,
                                .has_threads = true,
                                .is_shared = true,
                                .durability = {counter::durability::sync::always}},
          durable_layout(shards, false), nullptr, limits, UINT64_MAX, &ledger)) {
  impl_->others = std::make_unique<counter::others_usage>(
      impl_->counters, impl_->idempotency_records, ledger.usage());
  const counter::shared_table::settings settings{.counters = impl_->counters,
                                                 .idempotency_records = impl_->idempotency_records,
                                                 .others = *impl_->others,
                                                 .idempotency_ttl = limits.idempotency_ttl,
                                                 .key = impl_->placement.key(),
                                                 .confirms_reads = confirms_reads};
  try {
    for (unsigned i = 0; i < shards; ++i)
      impl_->spawn<shared_shard_actor, caf::detached>(settings, std::ref(ledger), i);
    impl_->spawn<ledger_actor, caf::detached>(calls_of(ledger));
  } catch (...) {
    impl_->end();
    static_cast<void>(impl_.release());  // see above
    throw;
  }
  set_queue_delay(limits.queue_delay_max);
}

actor_store::~actor_store() {
  close();
  if (!impl_->traits.has_threads)
    impl_->end();
}

const counter::store_traits& actor_store::traits() const noexcept {
  return impl_->traits;
}

counter::health actor_store::health() const noexcept {
  if (impl_->shared != nullptr)
    return impl_->shared->is_reached_by_all() ? counter::health::good : counter::health::away;
  return impl_->ledger != nullptr ? impl_->ledger->health() : counter::health::good;
}

counter::usage actor_store::usage() const noexcept {
  counter::usage usage{impl_->counters.used(), impl_->idempotency_records.used()};
  if (impl_->ledger == nullptr && impl_->shared == nullptr) {
    usage.idempotency_bytes = impl_->idempotency_bytes.used();
    usage.idempotency_bytes_max = impl_->idempotency_bytes_max;
  }
  return usage;
}

counter::store_statistics actor_store::statistics() const {
  counter::store_statistics statistics;
  for (unsigned i = 0; i < impl_->traits.shards; ++i) {
    const auto& [load, bound, metrics, actor] = impl_->mailboxes[i];
    statistics.shards.push_back({load.operations(), bound.operations_max(), &metrics});
    statistics.counter_bytes += metrics.cache_bytes.value();
  }
  statistics.refused_operations = impl_->refused();
  statistics.usage = usage();
  statistics.health = health();
  if (impl_->shared != nullptr)
    statistics.database = impl_->shared->statistics();
  else if (impl_->ledger != nullptr)
    statistics.ledger = impl_->ledger->statistics();
  else
    statistics.counter_bytes = impl_->counter_bytes.used();
  return statistics;
}

void actor_store::set_queue_delay(std::chrono::nanoseconds delay) noexcept {
  for (auto& mailbox : impl_->mailboxes)
    mailbox.bound.set_delay(delay);
}

const counter::placement& actor_store::placement() const noexcept {
  return impl_->placement;
}

const counter::mailbox_layout& actor_store::layout() const noexcept {
  return impl_->layout;
}

counter::store::connection actor_store::connect(counter::event_loop& loop) {
  counter::mutex_lock lock{impl_->submitters_mutex};
  const bool is_first = impl_->submitters.empty();
  return {impl_->submitters.emplace_back(impl_->system, loop, impl_->mailboxes, impl_->is_closed,
                                         impl_->shared),
          is_first};
}

void actor_store::close() {
  if (impl_->is_closed.exchange(true))
    return;
  counter::mutex_lock lock{impl_->submitters_mutex};
  // An actor with mail is in the ready list of the loop that sent it.
  for (auto& submitter : impl_->submitters)
    submitter.run_to_end();
  if (impl_->traits.has_threads)
    impl_->end();
}

}  // namespace actors
