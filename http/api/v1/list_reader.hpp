#pragma once

#include "counter/limits.hpp"
#include "http/api/v1/problem.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace http::v1 {

/// What a list is asked for.
struct list_parameters {
  std::string prefix{};  ///< of the names
  std::size_t limit = counter::limits::page_default;
  std::string after{};  ///< names up to it were listed before
};

/// Reads a query whose encoding is good.
result<list_parameters> read_list(std::string_view raw_query);

}  // namespace http::v1
