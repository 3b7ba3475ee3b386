#pragma once

#include "counterctl/client/request.hpp"
#include "counterctl/formats/operation.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace counterctl {

/// Returns the request that carries out one operation.
request to_request(const operation& operation);

/// Returns the request that carries out up to 1000 operations.
request to_batch(const std::vector<operation>& operations);

/// Returns the request with operations that are JSON already.
request to_batch(const std::vector<std::string>& operations);

/// Percent-encodes a name for a path or a query, dots as well: proxies take `..` for a step.
std::string encode_name(std::string_view name);

}  // namespace counterctl
