#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace config {

/// Calls `accept` for each item of a list with commas between them, without the spaces around it;
/// an item may be empty. Returns the first message of `accept` that is not empty, otherwise "".
std::string for_each_item(std::string_view list,
                          const std::function<std::string(std::string_view item)>& accept);

}  // namespace config
