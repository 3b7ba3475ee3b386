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

// The percent-encoding of `raw_query` must be valid.

/// Reads `prefix`, `limit`, `cursor` and `after`.
result<list_parameters> read_list(std::string_view raw_query);

/// Reads `prefix` and `limit` of a list in the order of values.
result<list_parameters> read_top(std::string_view raw_query);

/// Reads `prefix` and `limit` of a removal, which must both be given: nobody deletes everything by
/// leaving something out.
result<list_parameters> read_removal(std::string_view raw_query);

struct group_parameters {
  list_parameters list{};      ///< `limit` counts groups and counters
  std::string delimiter{"/"};  ///< ends the name of a group
};

/// Reads `prefix`, `limit`, `cursor` and `delimiter`.
result<group_parameters> read_groups(std::string_view raw_query);

}  // namespace http::v1
