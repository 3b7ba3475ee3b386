#pragma once

#include "counter/full_command.hpp"
#include "http/api/v1/problem.hpp"
#include "http/protocol/request.hpp"

#include <string>
#include <vector>

namespace http::v1 {

/// The operations that the body of a batch asks for, 1 to limits::batch_max, or
/// what is wrong with the first that is wrong, and its index. Each gets `key` and
/// its position.
result<std::vector<counter::full_command>> read_batch(const request& request,
                                                      const std::string& key);

}  // namespace http::v1
