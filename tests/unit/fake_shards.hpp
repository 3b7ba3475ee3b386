#pragma once

#include "counter/page.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace unit {

/// Lists counters as a shard does, and can stop a page early.
struct fake_shard {
  std::set<std::string> names{};
  std::set<std::string> gone{};  ///< names that count as a step but are not listed
  std::size_t steps = SIZE_MAX;  ///< names that it examines for one page

  counter::page list(const counter::page_request& request) const {
    counter::page page;
    page.reached = request.after;
    auto left = steps;
    for (const auto& name : names) {
      if (!name.starts_with(request.prefix) || name <= request.after)
        continue;
      if (left-- == 0 || page.counters.size() == request.limit)
        return page;
      page.reached = name;
      if (!gone.contains(name))
        page.counters.push_back({name, {1, 7}});
    }
    page.is_last = true;
    return page;
  }
};

/// The names on a page.
inline std::vector<std::string> names_in(const counter::page& page) {
  std::vector<std::string> names;
  for (const auto& counter : page.counters)
    names.emplace_back(counter.name);
  return names;
}

}  // namespace unit
