#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace http {

// What Beast's parser does not look at in the bytes of a message, or refuses without a reason.

/// Returns true if a line of a header ends with LF alone, or has a CR in its midst (RFC 9112
/// section 2.2).
bool has_bad_line_end(std::string_view header) noexcept;

/// Returns true if nothing that may follow makes `framing` the framing of a chunked body (RFC 9112
/// section 7.1). It begins with the body if `is_first`, otherwise behind the data of a chunk. It
/// may end anywhere, also in the data of the next chunk, where any byte is allowed.
bool is_bad_chunk_framing(std::string_view framing, bool is_first) noexcept;

/// Returns the position of the minor version in a request line, without its LF, if its version is
/// 1.2 to 1.9; otherwise nullopt.
std::optional<std::size_t> later_minor_version(std::string_view request_line) noexcept;

/// Returns true if a request line, without its LF, ends with a well-formed version whose major
/// number is not 1.
bool has_other_major_version(std::string_view request_line) noexcept;

}  // namespace http
