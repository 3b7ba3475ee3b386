#pragma once

#include "counter/condition.hpp"
#include "http/api/v1/problem.hpp"
#include "http/protocol/header_fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace http::v1 {

/// The representations of a counter under /v1. Each has strong entity-tags of its own, because a
/// cache may offer the tag of one for the other (RFC 9110 sections 8.8.1 and 8.8.3).
enum class representation : std::uint8_t { json, text };

/// Returns the field line with the strong entity-tag of a version: `ETag: "1019"`, and
/// `ETag: "1019-text"` for the bare value.
std::string tag_field(std::uint64_t version, representation representation = representation::json);

/// How weak entity-tags compare (RFC 9110 section 8.8.3.2): strong, they match nothing; weak, they
/// match like strong ones.
enum class comparison : std::uint8_t { strong, weak };

/// Parses a list of entity-tags, or `*`, into the versions that it names. A tag that matches
/// nothing, or that tag_field() never writes, names no version; nor does a tag of another
/// representation than `selected`, if that is given. Returns nullopt if the list is malformed.
std::optional<counter::version_set> parse_tags(std::string_view list, comparison comparison,
                                               std::optional<representation> selected = {});

/// Reads If-Match, which compares tags strongly, and If-None-Match, which compares them weakly (RFC
/// 9110 section 13.1). A proxy that compresses a response makes its tag weak. A read passes the
/// representation that it responds with. A write takes the tags of all representations, because it
/// changes all of them.
result<counter::condition> read_condition(const header_fields& fields,
                                          std::optional<representation> selected = {});

}  // namespace http::v1
