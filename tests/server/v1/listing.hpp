#pragma once

#include "tests/server/v1/support.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace support {

/// Where the Link of a page leads; empty when there is none.
std::string next_link(const answer& page);

/// All counters from `target` on, page by page by the Link of each. Throws when a
/// page is none, or its cursor and its Link do not agree. `between` is called
/// while a page is asked for and not yet read.
std::vector<json::object> list_all(
    client& connection, std::string target, const std::function<void()>& between = [] {});

std::vector<std::string> names_of(const std::vector<json::object>& counters);

/// Creates `PREFIX000000` and so on, with their numbers as values.
void create_many(client& connection, const std::string& prefix, std::size_t count);
std::string numbered(const std::string& prefix, std::size_t number);

}  // namespace support
