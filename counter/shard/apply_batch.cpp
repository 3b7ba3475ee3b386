#include "counter/shard/apply_batch.hpp"

#include "counter/limits.hpp"

#include <variant>

namespace counter {

namespace {

struct executor {
  counter::table& table;
  std::uint64_t hash;
  time_point now;
  table::budget& steps;

  response operator()(const full_command& command) const { return table.apply(command, hash, now); }
  response operator()(const page_request& query) const { return table.list(query, now, steps); }
  response operator()(const backup_request&) const { return backup{outcome::unreadable}; }
  response operator()(const expiry_sweep_request&) const {
    return expiry_sweep{outcome::ok, table.expire(now, limits::shard_steps_max)};
  }
};

}  // namespace

void apply_batch(batch& batch, table& table) {
  const auto now = batch.now();
  // Twice what the batch can create, so that expired counters never pile up.
  table.expire(now, 2 * batch.size());
  table::budget steps = limits::shard_steps_max;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!batch.is_call(i)) {
      batch.complete(i, table.apply(batch.command_at(i), batch.hash_at(i), now));
      continue;
    }
    auto& call = batch.call_at(i);
    call.response = std::visit(executor{table, batch.hash_at(i), now, steps}, call.request);
  }
}

}  // namespace counter
