#pragma once

#include "counter/full_command.hpp"
#include "http/api/v1/problem.hpp"
#include "http/protocol/request.hpp"

#include <string>
#include <vector>

namespace http::v1 {

/// Reads the operations in the JSON body of a batch, 1 to limits::batch_max. Returns the problem
/// with the first invalid operation, and its index. Each command gets `key`, which may be empty,
/// and its position.
result<std::vector<counter::full_command>> read_batch(const request& request,
                                                      const std::string& key);

}  // namespace http::v1
