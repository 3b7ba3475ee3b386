#include "tests/cases/framing.hpp"
#include "counter/limits.hpp"
#include "http/protocol/framing_guard.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <optional>
#include <string_view>

using http::framing_guard;
using http::status;
using field = http::framing_guard::field;

namespace {

constexpr bool http_11 = true;
constexpr bool http_10 = false;

field field_of(std::string_view name) {
  return name == "Host"                ? field::host
         : name == "Content-Length"    ? field::content_length
         : name == "Transfer-Encoding" ? field::transfer_encoding
         : name == "Expect"            ? field::expect
                                       : field::other;
}

/// Returns the guard's verdict on a header with these fields, which are whole lines.
const http::refusal* check(bool version, std::string_view fields) {
  framing_guard guard;
  for (; !fields.empty(); fields.remove_prefix(fields.find('\n') + 1)) {
    const auto name = fields.substr(0, fields.find(':'));
    auto value = fields.substr(name.size() + 1, fields.find('\r') - name.size() - 1);
    value.remove_prefix(value.starts_with(' ') ? 1 : 0);
    if (const auto* refusal = guard.check_field(field_of(name), value))
      return refusal;
  }
  return guard.check_header(version);
}

}  // namespace

TEST_CASE("framing_guard passes headers that declare the end of the message once") {
  const struct {
    bool version;
    std::string_view fields;
  } cases[] = {
      {http_11, "Host: h\r\n"},
      {http_10, "Host: h\r\n"},
      {http_10, ""},
      {http_11, "Host:\r\n"},
      {http_11, "Host: [::1]:8000\r\n"},
      {http_11, "Host: h\r\nContent-Length: 0\r\n"},
      {http_10, "Content-Length: 5\r\n"},
      {http_11, "Host: h\r\nTransfer-Encoding: chunked\r\n"},
      {http_11, "Host: h\r\nTransfer-Encoding: Chunked\r\n"},
      {http_11, "Transfer-Encoding: chunked\r\nX: chunked, 5\r\nHost: h\r\n"},
      {http_11, "Host: h\r\nExpect: 100-continue\r\n"},
      {http_11, "Host: h\r\nExpect: 100-Continue\r\n"},
  };
  for (const auto& [version, fields] : cases) {
    CAPTURE(fields);
    CHECK_FALSE(check(version, fields));
  }
}

TEST_CASE("framing_guard refuses headers that declare it twice or in an unknown coding") {
  for (const auto& [rule, version, fields, code] : cases::refused_headers()) {
    CAPTURE(rule);
    const auto refusal = check(version, fields);
    REQUIRE(refusal);
    CHECK(refusal->status == code);
    CHECK(refusal->line.size() > 1);
    CHECK(refusal->line.find('\n') == refusal->line.size() - 1);
  }
  // Beast refuses control characters before the guard sees them.
  const auto refusal = check(http_11, "Host: h\r\nTransfer-Encoding: \vchunked\r\n");
  REQUIRE(refusal);
  CHECK(refusal->status == status::bad_request);
}

TEST_CASE("framing_guard passes 64 fields and refuses one more") {
  framing_guard guard;
  CHECK_FALSE(guard.check_field(field::host, "h"));
  for (std::size_t i = 1; i < counter::limits::header_fields_max; ++i)
    REQUIRE_FALSE(guard.check_field(field::other, ""));
  CHECK_FALSE(guard.check_header(http_11));
  const auto refusal = guard.check_field(field::other, "");
  REQUIRE(refusal);
  CHECK(refusal->status == status::header_fields_too_large);
}

TEST_CASE("expects_continue() is true only after Expect: 100-continue") {
  framing_guard guard;
  guard.check_field(field::other, "100-continue");
  CHECK_FALSE(guard.expects_continue());
  guard.check_field(field::expect, "100-CONTINUE");
  CHECK(guard.expects_continue());
}

TEST_CASE("bad_transfer_encoding() tells a contradicting length from a repeated chunked") {
  framing_guard with_length, without;
  with_length.check_field(field::content_length, "5");
  without.check_field(field::transfer_encoding, "chunked");
  CHECK(with_length.bad_transfer_encoding().status == status::bad_request);
  CHECK(without.bad_transfer_encoding().status == status::bad_request);
  CHECK(without.bad_transfer_encoding().line != with_length.bad_transfer_encoding().line);
}
