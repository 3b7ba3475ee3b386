#pragma once

#include "http/protocol/refusal.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace http {

/// The rules that decide where a request ends and which Beast 345 does not
/// keep, or not all of (RFC 9112 sections 3.2, 5.2, 6.1 to 6.3). A message that
/// breaks one could be read as a different number of requests by another
/// server, so it is refused before anything of it is carried out.
class framing_guard {
public:
  enum class field { content_length, transfer_encoding, host, expect, other };

  /// Once for each header field, in order; `value` without the white space
  /// around it.
  std::optional<refusal> check_field(field name, std::string_view value) noexcept;

  /// Once, when all fields of the header have been seen.
  std::optional<refusal> check_header(bool http_11) const noexcept;

  /// What a second Transfer-Encoding or a Content-Length beside one means;
  /// Beast may notice before check_header() can.
  refusal bad_transfer_encoding() const noexcept;

  /// The peer waits for `100 Continue` before it sends the body.
  bool expects_continue() const noexcept { return expects_continue_; }

private:
  std::size_t fields_ = 0;
  unsigned hosts_ = 0;
  unsigned content_lengths_ = 0;
  unsigned transfer_encodings_ = 0;
  bool is_chunked_ = false;
  bool expects_continue_ = false;
};

}  // namespace http
