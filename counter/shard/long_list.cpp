#include "counter/shard/long_list.hpp"

#include <utility>

namespace counter {

page long_list(const std::function<page(const page_request& query, std::size_t steps)>& list,
               const page_request& query, list_budget budget) {
  auto result = list(query, budget.steps);
  while (--budget.calls > 0 && result.outcome == outcome::ok && !result.is_last &&
         result.counters.size() < query.limit) {
    page_request rest{query.prefix, std::move(result.reached),
                      query.limit - result.counters.size()};
    auto next = list(rest, budget.steps);
    result.outcome = next.outcome;
    result.is_last = next.is_last;
    result.reached = std::move(next.reached);
    result.counters.append(std::move(next.counters));
  }
  return result;
}

}  // namespace counter
