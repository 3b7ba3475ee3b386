#pragma once

#include "http/api/v1/problem.hpp"
#include "http/protocol/header_fields.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace http::v1 {

/// 1 to limits::idempotency_key_bytes_max visible ASCII characters, as they are
/// or as a string (RFC 8941 section 3.3.3): `"k"` and `k` are the same key.
std::optional<std::string> parse_idempotency_key(std::string_view value);

/// The Idempotency-Key; empty when there is none.
result<std::string> read_idempotency_key(const header_fields& fields);

}  // namespace http::v1
