#include "service/capacity.hpp"

#include "config/processors.hpp"
#include "config/shard_advice.hpp"
#include "counter/limits.hpp"
#include "process/descriptors.hpp"

#include <spdlog/spdlog.h>

namespace service {

std::size_t limit_descriptors(config::options& options, std::size_t inherited) {
  auto& limits = options.limits;
  const auto descriptors_max = process::raise_descriptor_limit();
  const bool has_operators = !options.operators_listen.empty() || inherited > 0;
  const auto budget = process::divide_descriptors(
      descriptors_max, process::descriptors_in_use(),
      {.connections = limits.connections_max,
       .refusals = limits.refusals_max,
       .event_loops = options.threads + (has_operators ? 1 : 0),
       .listen_addresses = options.listen.size() + options.operators_listen.size(),
       .operators = has_operators ? counter::limits::operators_connections_max : 0,
       .has_database = !options.storage.directory.empty()});
  if (budget.connections < limits.connections_max)
    spdlog::warn(
        "this process may open {} files (ulimit -n), so it serves {} connections at a time "
        "and not --max-connections {}; more get a 503",
        descriptors_max, budget.connections, limits.connections_max);
  limits.connections_max = budget.connections;
  limits.refusals_max = budget.refusals;
  return budget.tables;
}

void advise_shards(const config::options& options) {
  if (!options.storage.directory.empty())
    return;
  if (const auto better =
          config::better_shards(options.shards, options.threads, config::processors()))
    spdlog::info("--shards {} would serve more than {}: four event loops keep a shard busy",
                 *better, options.shards);
}

}  // namespace service
