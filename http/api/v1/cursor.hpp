#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace http::v1 {

/// Returns the cursor of the next page, which clients treat as opaque: the last name of this page
/// in hexadecimal digits. The server stores nothing for a list, and counters created or deleted
/// between two pages do not disturb it.
std::string to_cursor(std::string_view last_name);

/// Returns the name; nullopt if to_cursor() returns `cursor` for no valid name.
std::optional<std::string> parse_cursor(std::string_view cursor);

}  // namespace http::v1
