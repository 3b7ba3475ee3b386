#pragma once

#include "counter/page.hpp"

#include <cstddef>
#include <functional>

namespace counter {

/// What long_list() may spend. A call with 250 steps takes some hundred microseconds, and for a
/// part of them other threads wait.
struct list_budget {
  std::size_t calls = 1;  ///< at least 1
  std::size_t steps = 1;  ///< of each call, at least 1
};

/// Lists counters by `list`, see ledger::list(). Where that stops for want of steps, calls it
/// again, until the page is full or the last one, or the budget is spent: a hundred thousand
/// deleted counters would take a client's event loop hundreds of round trips otherwise. Returns a
/// page with the outcome of the first call that fails.
page long_list(const std::function<page(const page_request& query, std::size_t steps)>& list,
               const page_request& query, list_budget budget);

}  // namespace counter
