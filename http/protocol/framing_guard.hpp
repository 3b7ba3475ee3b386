#pragma once

#include "http/protocol/refusal.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace http {

/// Checks the rules of message framing that Beast 345 does not enforce, or not completely (RFC 9112
/// sections 3.2, 5.2, 6.1 to 6.3). Another server could split a message that breaks a rule into a
/// different number of requests (request smuggling), so such a message is refused before any of it
/// takes effect. One guard per request.
class framing_guard {
public:
  /// `known_host`: a Host that was found valid before.
  enum class field { content_length, transfer_encoding, host, known_host, expect, other };

  /// Checks one header field; null if it may pass. Call it once for each field, in order, with
  /// `value` trimmed.
  const refusal* check_field(field name, std::string_view value) noexcept;

  /// Checks the fields together; null if they may pass. Call it once, after the last field.
  const refusal* check_header(bool http_11) const noexcept;

  /// Returns the refusal for Beast's error bad_transfer_encoding, which Beast may report before
  /// check_header() is called.
  const refusal& bad_transfer_encoding() const noexcept;

  /// Returns true if a field Expect: 100-continue was checked: the peer waits for `100 Continue`
  /// before it sends the body.
  bool expects_continue() const noexcept { return expects_continue_; }

private:
  void check_codings(std::string_view list) noexcept;

  std::size_t fields_ = 0;
  unsigned hosts_ = 0;
  unsigned content_lengths_ = 0;
  unsigned chunkings_ = 0;  // how often chunked is in the list of transfer codings
  bool has_transfer_encoding_ = false;
  bool ends_chunked_ = false;  // the last coding is chunked
  bool has_other_coding_ = false;
  bool expects_continue_ = false;
};

}  // namespace http
