#pragma once

#include "counter/condition.hpp"
#include "http/api/v1/problem.hpp"
#include "http/protocol/header_fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace http::v1 {

/// Returns the strong entity-tag (RFC 9110 section 8.8.3) of a version: `"1019"`.
std::string tag_of(std::uint64_t version);

/// How weak entity-tags compare (RFC 9110 section 8.8.3.2): strong, they match nothing; weak, they
/// match like strong ones.
enum class comparison : std::uint8_t { strong, weak };

/// Parses a list of entity-tags, or `*`, into the versions that it names. A tag that matches
/// nothing, or that tag_of() never returns, names no version. Returns nullopt if the list is
/// malformed.
std::optional<counter::version_set> parse_tags(std::string_view list, comparison comparison);

/// Reads If-Match, which compares tags strongly, and If-None-Match, which compares them weakly (RFC
/// 9110 section 13.1). A proxy that compresses a response makes its tag weak.
result<counter::condition> read_condition(const header_fields& fields);

}  // namespace http::v1
