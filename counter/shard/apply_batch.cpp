#include "counter/shard/apply_batch.hpp"

#include "counter/limits.hpp"

#include <variant>

namespace counter {

namespace {

struct executor {
  table& counters;
  std::uint64_t hash;
  time_point now;
  table::budget& steps;

  response operator()(const full_command& command) const {
    return counters.apply(command, hash, now);
  }
  response operator()(const page_request& request) const {
    return counters.list(request, now, steps);
  }
  response operator()(const backup_request&) const { return backup{outcome::unreadable}; }
  response operator()(const expiry_sweep_request&) const {
    return expiry_sweep{outcome::ok, counters.expire(now, limits::shard_steps_max)};
  }
};

}  // namespace

void apply_batch(batch& asked, table& counters) {
  const auto now = asked.now();
  // More than a batch can make expire, so that nothing piles up.
  counters.expire(now, 2 * asked.size());
  table::budget steps = limits::shard_steps_max;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (!asked.is_call(i)) {
      asked.complete(i, counters.apply(asked.command_at(i), asked.hash_at(i), now));
      continue;
    }
    auto& call = asked.call_at(i);
    call.response = std::visit(executor{counters, asked.hash_at(i), now, steps}, call.request);
  }
}

}  // namespace counter
