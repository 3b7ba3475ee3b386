#include "http/protocol/framing_guard.hpp"

#include "counter/limits.hpp"
#include "http/protocol/authority.hpp"
#include "http/protocol/field_value.hpp"

namespace http {

namespace {

constexpr refusal unknown_coding{status::not_implemented,
                                 "the only known transfer coding is chunked\n"};
constexpr refusal not_chunked_last{status::bad_request,
                                   "chunked must be the last transfer coding, once\n"};
constexpr refusal two_lengths{status::bad_request,
                              "Transfer-Encoding and Content-Length contradict each other\n"};
constexpr refusal many_fields{status::header_fields_too_large, "too many header fields\n"};
constexpr refusal repeated_length{status::bad_request, "more than one Content-Length\n"};
constexpr refusal malformed_host{status::bad_request, "malformed Host\n"};
constexpr refusal no_single_host{status::bad_request, "exactly one Host is needed\n"};
constexpr refusal other_expectation{status::expectation_failed,
                                    "the only expectation is 100-continue\n"};
constexpr refusal coding_of_1_0{status::bad_request, "Transfer-Encoding is not part of HTTP/1.0\n"};
}  // namespace

const refusal* framing_guard::check_field(field name, std::string_view value) noexcept {
  if (++fields_ > counter::limits::header_fields_max)
    return &many_fields;
  switch (name) {
    case field::content_length:
      if (++content_lengths_ > 1 || value.find(',') != value.npos)
        return &repeated_length;
      break;
    case field::transfer_encoding:
      has_transfer_encoding_ = true;
      check_codings(value);
      break;
    case field::host:
      ++hosts_;
      if (!is_authority(value))
        return &malformed_host;
      break;
    case field::known_host:
      ++hosts_;
      break;
    case field::expect:
      if (!equals_ignoring_case(value, "100-continue"))
        return &other_expectation;
      expects_continue_ = true;
      break;
    case field::other:
      break;
  }
  return nullptr;
}

const refusal* framing_guard::check_header(bool http_11) const noexcept {
  if (hosts_ > 1 || (http_11 && hosts_ == 0))
    return &no_single_host;
  if (!has_transfer_encoding_)
    return nullptr;
  if (!http_11)
    return &coding_of_1_0;
  if (content_lengths_ > 0)
    return &two_lengths;
  // Without chunked at the end the length of the body is unknown (RFC 9112 section 6.3).
  if (!ends_chunked_ || chunkings_ > 1)
    return &not_chunked_last;
  if (has_other_coding_)
    return &unknown_coding;
  return nullptr;
}

/// Reads one Transfer-Encoding, which continues the list of the one before it.
void framing_guard::check_codings(std::string_view list) noexcept {
  for (bool has_more = true; has_more;) {
    has_more = list.find(',') != list.npos;
    // An empty element, which RFC 9110 section 5.6.1.2 ignores, counts as an unknown coding: other
    // servers may not ignore it.
    const auto coding = take_element(list, ',');
    ends_chunked_ = equals_ignoring_case(coding, "chunked");
    chunkings_ += ends_chunked_ ? 1 : 0;
    has_other_coding_ |= !ends_chunked_;
  }
}

const refusal& framing_guard::bad_transfer_encoding() const noexcept {
  // Beast has seen chunked before, or a length.
  return content_lengths_ > 0 ? two_lengths : not_chunked_last;
}

}  // namespace http
