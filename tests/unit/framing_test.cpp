#include "counter/limits.hpp"
#include "http/protocol/framing_guard.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

using http::framing_guard;
using http::status;
using field = http::framing_guard::field;

namespace {

using fields = std::vector<std::pair<field, std::string_view>>;

constexpr bool http_11 = true;
constexpr bool http_10 = false;

/// Returns the guard's verdict on a header with these fields.
std::optional<http::refusal> check(bool version, const fields& header) {
  framing_guard guard;
  for (const auto& [name, value] : header)
    if (auto why = guard.check_field(name, value))
      return why;
  return guard.check_header(version);
}

constexpr std::pair<field, std::string_view> host{field::host, "h"};
constexpr std::pair<field, std::string_view> chunked{field::transfer_encoding, "chunked"};

}  // namespace

TEST_CASE("framing_guard passes headers that declare the end of the message once") {
  const std::pair<bool, fields> cases[] = {
      {http_11, {host}},
      {http_10, {host}},
      {http_10, {}},
      {http_11, {{field::host, ""}}},
      {http_11, {{field::host, "[::1]:8000"}}},
      {http_11, {host, {field::content_length, "0"}}},
      {http_10, {{field::content_length, "5"}}},
      {http_11, {host, chunked}},
      {http_11, {host, {field::transfer_encoding, "Chunked"}}},
      {http_11, {chunked, {field::other, "chunked, 5"}, host}},
      {http_11, {host, {field::expect, "100-continue"}}},
      {http_11, {host, {field::expect, "100-Continue"}}},
  };
  int number = 0;
  for (const auto& [version, header] : cases) {
    CAPTURE(number++);
    CHECK_FALSE(check(version, header));
  }
}

TEST_CASE("framing_guard refuses headers that declare it twice or in an unknown coding") {
  struct {
    std::string_view label;
    bool version;
    fields header;
    http::status code;
  } const cases[] = {
      {"chunked in HTTP/1.0", http_10, {host, chunked}, status::bad_request},
      {"unknown coding in HTTP/1.0",
       http_10,
       {{field::transfer_encoding, "gzip"}},
       status::bad_request},
      {"unknown coding",
       http_11,
       {host, {field::transfer_encoding, "gzip"}},
       status::not_implemented},
      {"no coding", http_11, {host, {field::transfer_encoding, ""}}, status::not_implemented},
      {"identity",
       http_11,
       {host, {field::transfer_encoding, "identity"}},
       status::not_implemented},
      {"longer coding",
       http_11,
       {host, {field::transfer_encoding, "xchunked"}},
       status::not_implemented},
      {"coding with more behind it",
       http_11,
       {host, {field::transfer_encoding, "chunkedx"}},
       status::not_implemented},
      {"coding cut short",
       http_11,
       {host, {field::transfer_encoding, "chunke"}},
       status::not_implemented},
      {"quoted coding",
       http_11,
       {host, {field::transfer_encoding, "\"chunked\""}},
       status::not_implemented},
      {"vertical tab before a coding",
       http_11,
       {host, {field::transfer_encoding, "\vchunked"}},
       status::not_implemented},
      {"coding with a parameter",
       http_11,
       {host, {field::transfer_encoding, "chunked;q=1"}},
       status::not_implemented},
      {"list that ends in chunked",
       http_11,
       {host, {field::transfer_encoding, "gzip, chunked"}},
       status::not_implemented},
      {"list of chunked twice",
       http_11,
       {host, {field::transfer_encoding, "chunked, chunked"}},
       status::not_implemented},
      {"chunked twice", http_11, {host, chunked, chunked}, status::not_implemented},
      {"unknown coding, then chunked",
       http_11,
       {host, {field::transfer_encoding, "gzip"}, chunked},
       status::not_implemented},
      {"chunked, then unknown coding",
       http_11,
       {host, chunked, {field::transfer_encoding, "gzip"}},
       status::not_implemented},
      {"coding before a length",
       http_11,
       {host, chunked, {field::content_length, "5"}},
       status::bad_request},
      {"coding behind a length",
       http_11,
       {host, {field::content_length, "5"}, chunked},
       status::bad_request},
      {"two lengths",
       http_11,
       {host, {field::content_length, "5"}, {field::content_length, "6"}},
       status::bad_request},
      {"the same length twice",
       http_11,
       {host, {field::content_length, "5"}, {field::content_length, "5"}},
       status::bad_request},
      {"list of lengths", http_11, {host, {field::content_length, "5, 5"}}, status::bad_request},
      {"list of one length", http_11, {host, {field::content_length, "5,"}}, status::bad_request},
      {"no host", http_11, {}, status::bad_request},
      {"two hosts", http_11, {host, host}, status::bad_request},
      {"two hosts in HTTP/1.0", http_10, {host, host}, status::bad_request},
      {"list of hosts", http_11, {{field::host, "a, b"}}, status::bad_request},
      {"host with a space", http_11, {{field::host, "a b"}}, status::bad_request},
      {"host with a path", http_11, {{field::host, "a/b"}}, status::bad_request},
      {"host with a user", http_11, {{field::host, "a@b"}}, status::bad_request},
      {"other expectation", http_11, {host, {field::expect, "200-ok"}}, status::expectation_failed},
      {"no expectation", http_11, {host, {field::expect, ""}}, status::expectation_failed},
      {"expectation and another",
       http_11,
       {host, {field::expect, "100-continue, x"}},
       status::expectation_failed},
  };
  for (const auto& [label, version, header, code] : cases) {
    CAPTURE(label);
    const auto why = check(version, header);
    REQUIRE(why);
    CHECK(why->status == code);
    CHECK(why->line.size() > 1);
    CHECK(why->line.find('\n') == why->line.size() - 1);
  }
}

TEST_CASE("framing_guard passes 64 fields and refuses one more") {
  framing_guard guard;
  CHECK_FALSE(guard.check_field(field::host, "h"));
  for (std::size_t i = 1; i < counter::limits::header_fields_max; ++i)
    REQUIRE_FALSE(guard.check_field(field::other, ""));
  CHECK_FALSE(guard.check_header(http_11));
  const auto why = guard.check_field(field::other, "");
  REQUIRE(why);
  CHECK(why->status == status::header_fields_too_large);
}

TEST_CASE("expects_continue() is true only after Expect: 100-continue") {
  framing_guard guard;
  guard.check_field(field::other, "100-continue");
  CHECK_FALSE(guard.expects_continue());
  guard.check_field(field::expect, "100-CONTINUE");
  CHECK(guard.expects_continue());
}

TEST_CASE("bad_transfer_encoding() reports a contradiction if there is a Content-Length") {
  framing_guard with_length, without;
  with_length.check_field(field::content_length, "5");
  without.check_field(field::transfer_encoding, "chunked");
  CHECK(with_length.bad_transfer_encoding().status == status::bad_request);
  CHECK(without.bad_transfer_encoding().status == status::not_implemented);
}
