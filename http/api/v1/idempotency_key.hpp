#pragma once

#include "http/api/v1/problem.hpp"
#include "http/protocol/header_fields.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace http::v1 {

/// Parses 1 to limits::idempotency_key_bytes_max visible ASCII characters, bare or as a quoted
/// string (RFC 8941 section 3.3.3): `"k"` and `k` are the same key. Returns nullopt if `value` is
/// malformed.
std::optional<std::string> parse_idempotency_key(std::string_view value);

/// Returns the key in the Idempotency-Key field, empty if there is no such field, or the problem:
/// the field is malformed or repeated.
result<std::string> read_idempotency_key(const header_fields& fields);

/// Returns the seconds in the Idempotency-Key-TTL field, 1 to `max`; nullopt if there is no such
/// field; or the problem: the field is out of range, malformed, repeated or without an
/// Idempotency-Key. A value is decimal digits only.
result<std::optional<std::chrono::seconds>> read_idempotency_ttl(const header_fields& fields,
                                                                 std::chrono::seconds max);

}  // namespace http::v1
