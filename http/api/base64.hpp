#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace http {

/// Decodes base64 with its padding (RFC 4648 section 4). Returns nullopt for anything else, also
/// for bits that are set behind the last byte: each text has one encoding.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace http
