#pragma once

#include "counter/limits.hpp"
#include "http/api/v1/problem.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace http::v1 {

struct list_parameters {
  std::string prefix{};                               ///< list only names that begin with it
  std::size_t limit = counter::limits::page_default;  ///< counters on the page
  std::string after{};  ///< list only names greater than it; empty: from the first name
};

/// Reads `prefix`, `limit`, `cursor` and `after`. The percent-encoding of `raw_query` must be
/// valid.
result<list_parameters> read_list(std::string_view raw_query);

}  // namespace http::v1
