#include "actors/ledger_actor.hpp"

#include "actors/tsan.hpp"
#include "counter/limits.hpp"
#include "counter/shard/long_list.hpp"
#include "counter/store/store.hpp"

#include <chrono>
#include <cstdlib>
#include <utility>
#include <variant>

namespace actors {

namespace {

/// Together some milliseconds, which other lists wait; the shards do not.
constexpr counter::list_budget list_budget{.calls = 16, .steps = counter::limits::shard_steps_max};

struct executor {
  const ledger_calls& ledger;
  counter::time_point now;

  counter::response operator()(const counter::page_request& query) const {
    const auto list = [this](const counter::page_request& rest, std::size_t steps) {
      return ledger.list(rest, now, steps);
    };
    return counter::long_list(list, query, list_budget);
  }
  counter::response operator()(const counter::backup_request& backup) const {
    return ledger.back_up(backup.name);
  }
  // These are for shards.
  counter::response operator()(const counter::full_command&) const { std::abort(); }
  counter::response operator()(const counter::command_list&) const { std::abort(); }
  counter::response operator()(const counter::expiry_sweep_request&) const { std::abort(); }
};

}  // namespace

ledger_actor::ledger_actor(caf::actor_config& config, actors::mailbox& own, ledger_calls ledger)
    : caf::event_based_actor(config),
      load_(own.load),
      bound_(own.bound),
      // Each list is work, and keeps the next one waiting.
      limit_(
          {.least = counter::limits::lists_min, .small_group = 0, .large_group = 1, .fixed = {}}),
      ledger_(std::move(ledger)) {}

caf::behavior ledger_actor::make_behavior() {
  return {
      [this](shard_mail& mail) {
        tsan_acquire(&load_);
        if (mail.batch)
          return complete(std::move(mail.batch));
        tsan_release(&load_);
        quit();
      },
  };
}

void ledger_actor::complete(std::unique_ptr<counter::batch> batch) noexcept {
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < batch->size(); ++i) {
    auto& call = batch->call_at(i);
    call.response = std::visit(executor{ledger_, batch->now()}, call.request);
  }
  limit_.completed({.took = std::chrono::steady_clock::now() - begin, .operations = batch->size()});
  bound_.publish(limit_);
  load_.release(batch->size());
  auto& origin = batch->origin();
  origin.complete(std::move(batch));
}

}  // namespace actors
