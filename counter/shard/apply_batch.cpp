#include "counter/shard/apply_batch.hpp"

#include "counter/limits.hpp"

#include <cstddef>
#include <cstdlib>
#include <variant>

namespace counter {

namespace {

struct executor {
  counter::table& table;
  time_point now;
  table::budget& steps;

  // The batch has these one by one.
  response operator()(const full_command&) const { std::abort(); }
  response operator()(const command_list&) const { std::abort(); }
  response operator()(const page_request& query) const { return table.list(query, now, steps); }
  response operator()(const backup_request&) const { return backup{outcome::unreadable}; }
  response operator()(const expiry_sweep_request&) const {
    return expiry_sweep{outcome::ok, table.expire(now, limits::shard_steps_max)};
  }
};

}  // namespace

void apply_batch(batch& batch, table& table, shard_metrics& metrics) {
  const auto now = batch.now();
  // Twice what the batch can create, so that expired counters never pile up.
  table.expire(now, 2 * batch.size());
  table::budget steps = limits::shard_steps_max;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch.kind_of(i) == batch::kind_type::command) {
      const auto command = batch.command_at(i);
      batch.complete(i, table.apply(command, batch.hash_at(i), now));
      metrics.count(command.operation);
    } else if (const auto* command = batch.full_command_at(i)) {
      batch.complete_full(i, table.apply(*command, batch.hash_at(i), now));
      metrics.count(*command, batch.full_reply_at(i));
    } else {
      auto& call = batch.call_at(i);
      call.response = std::visit(executor{table, now, steps}, call.request);
    }
  }
}

}  // namespace counter
