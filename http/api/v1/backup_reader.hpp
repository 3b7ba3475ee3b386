#pragma once

#include "http/api/v1/problem.hpp"
#include "http/protocol/request.hpp"

#include <string>
#include <string_view>

namespace http::v1 {

/// Reads the required parameter `name` of a backup from the query or the body. The
/// percent-encoding of `raw_query` must be valid.
result<std::string> read_backup(const request& request, std::string_view raw_query);

}  // namespace http::v1
