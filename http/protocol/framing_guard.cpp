#include "http/protocol/framing_guard.hpp"

#include "counter/limits.hpp"

#include <algorithm>
#include <array>

namespace http {

namespace {

constexpr refusal unknown_coding{status::not_implemented,
                                 "the only known transfer coding is chunked\n"};
constexpr refusal not_chunked_last{status::bad_request,
                                   "chunked must be the last transfer coding, once\n"};
constexpr refusal two_lengths{status::bad_request,
                              "Transfer-Encoding and Content-Length contradict each other\n"};

/// Compares ASCII text only: the values compared here are ASCII.
bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

/// Rejects characters that cannot occur in an authority (RFC 3986 section 3.2); not a full check.
bool is_host(std::string_view value) noexcept {
  static constexpr auto is_foreign = [] {
    std::array<bool, 256> table{};
    for (const unsigned char c : std::string_view{" \t,/\\@?#\"<>"})
      table[c] = true;
    return table;
  }();
  return std::none_of(value.begin(), value.end(), [](unsigned char c) { return is_foreign[c]; });
}

}  // namespace

std::optional<refusal> framing_guard::check_field(field name, std::string_view value) noexcept {
  if (++fields_ > counter::limits::header_fields_max)
    return refusal{status::header_fields_too_large, "too many header fields\n"};
  switch (name) {
    case field::content_length:
      if (++content_lengths_ > 1 || value.find(',') != value.npos)
        return refusal{status::bad_request, "more than one Content-Length\n"};
      break;
    case field::transfer_encoding:
      has_transfer_encoding_ = true;
      check_codings(value);
      break;
    case field::host:
      ++hosts_;
      if (!is_host(value))
        return refusal{status::bad_request, "malformed Host\n"};
      break;
    case field::expect:
      if (!equals_ignoring_case(value, "100-continue"))
        return refusal{status::expectation_failed, "the only expectation is 100-continue\n"};
      expects_continue_ = true;
      break;
    case field::other:
      break;
  }
  return std::nullopt;
}

std::optional<refusal> framing_guard::check_header(bool http_11) const noexcept {
  if (hosts_ > 1 || (http_11 && hosts_ == 0))
    return refusal{status::bad_request, "exactly one Host is needed\n"};
  if (!has_transfer_encoding_)
    return std::nullopt;
  if (!http_11)
    return refusal{status::bad_request, "Transfer-Encoding is not part of HTTP/1.0\n"};
  if (content_lengths_ > 0)
    return two_lengths;
  // Without chunked at the end the length of the body is unknown (RFC 9112 section 6.3).
  if (!ends_chunked_ || chunkings_ > 1)
    return not_chunked_last;
  if (has_other_coding_)
    return unknown_coding;
  return std::nullopt;
}

/// Reads one Transfer-Encoding, which continues the list of the one before it.
void framing_guard::check_codings(std::string_view list) noexcept {
  for (bool has_more = true; has_more;) {
    const auto comma = list.find(',');
    has_more = comma != list.npos;
    ends_chunked_ = equals_ignoring_case(trimmed(list.substr(0, comma)), "chunked");
    chunkings_ += ends_chunked_ ? 1 : 0;
    has_other_coding_ |= !ends_chunked_;
    list.remove_prefix(has_more ? comma + 1 : list.size());
  }
}

refusal framing_guard::bad_transfer_encoding() const noexcept {
  // Beast has seen chunked before, or a length.
  return content_lengths_ > 0 ? two_lengths : not_chunked_last;
}

}  // namespace http
