#include "counter/shard/long_list.hpp"

#include <utility>

namespace counter {

page long_list(ledger& ledger, const page_request& query, time_point now, list_budget budget) {
  auto result = ledger.list(query, now, budget.steps);
  while (--budget.calls > 0 && result.outcome == outcome::ok && !result.is_last &&
         result.counters.size() < query.limit) {
    page_request rest{query.prefix, std::move(result.reached),
                      query.limit - result.counters.size()};
    auto next = ledger.list(rest, now, budget.steps);
    result.outcome = next.outcome;
    result.is_last = next.is_last;
    result.reached = std::move(next.reached);
    result.counters.append(std::move(next.counters));
  }
  return result;
}

}  // namespace counter
