#pragma once

#include "tests/server/v1/support.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace support {

/// Returns the target of a page's Link; empty if there is none.
std::string next_link(const answer& page);

/// Returns all counters from `target` on, following the Link of each page. Throws if a
/// page is malformed, or its cursor and Link disagree. Calls `between`
/// after a page is requested and before it is read.
std::vector<json::object> list_all(
    client& connection, std::string target, const std::function<void()>& between = [] {});

std::vector<std::string> names_of(const std::vector<json::object>& counters);

/// Creates `PREFIX000000`, `PREFIX000001`, ... with their numbers as values.
void create_many(client& connection, const std::string& prefix, std::size_t count);

/// Creates counters with long names, 500 with each batch. Returns the body of the first reply
/// that is no success; "" if there is none.
std::string refusal_of_many(client& connection, const std::string& prefix, int batches);
std::string numbered(const std::string& prefix, std::size_t number);

}  // namespace support
