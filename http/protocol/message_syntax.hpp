#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace http {

// What Beast's parser does not look at in the bytes of a message, or refuses without a reason.

/// Returns true if a line ends with LF instead of CRLF (RFC 9112 section 2.2).
bool has_bare_lf(std::string_view bytes) noexcept;

/// Returns true if the framing of a chunked body has a bare LF (RFC 9112 section 7.1). `framing`
/// begins between two chunks; it may end in the data of the next chunk, where any byte is allowed.
bool has_bare_lf_in_chunks(std::string_view framing) noexcept;

/// Returns the position of the minor version in a request line, without its LF, if its version is
/// 1.2 to 1.9; otherwise nullopt.
std::optional<std::size_t> later_minor_version(std::string_view request_line) noexcept;

/// Returns true if a request line, without its LF, ends with a well-formed version whose major
/// number is not 1.
bool has_other_major_version(std::string_view request_line) noexcept;

}  // namespace http
