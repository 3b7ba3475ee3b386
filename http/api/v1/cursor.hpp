#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace http::v1 {

/// Where a list goes on, opaque to those who pass it back: the name that was
/// listed last, in hexadecimal digits. So a server keeps nothing of a list, and
/// what is created or deleted meanwhile cannot confuse it.
std::string to_cursor(std::string_view last_name);

/// Nothing when to_cursor() makes none like it.
std::optional<std::string> parse_cursor(std::string_view cursor);

}  // namespace http::v1
