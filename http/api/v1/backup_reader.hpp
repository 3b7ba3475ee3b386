#pragma once

#include "http/api/v1/problem.hpp"
#include "http/protocol/request.hpp"

#include <string>
#include <string_view>

namespace http::v1 {

/// The name that a backup is to have. Reads the body, and a query whose encoding
/// is good.
result<std::string> read_backup(const request& request, std::string_view raw_query);

}  // namespace http::v1
