#pragma once

#include "counter/condition.hpp"
#include "http/api/v1/problem.hpp"
#include "http/protocol/header_fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace http::v1 {

/// `"1019"`: the strong entity-tag (RFC 9110 section 8.8.3) of a version.
std::string tag_of(std::uint64_t version);

/// The versions that a list of entity-tags, or `*`, names. A weak tag, and one
/// that we never gave out, matches none. Nothing when the list is malformed.
std::optional<counter::version_set> parse_tags(std::string_view list);

/// What If-Match and If-None-Match ask for.
result<counter::condition> read_condition(const header_fields& fields);

}  // namespace http::v1
