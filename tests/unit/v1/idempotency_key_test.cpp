#include "http/api/v1/idempotency_key.hpp"
#include "counter/limits.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

using counter::limits;
using http::v1::parse_idempotency_key;
using http::v1::read_idempotency_key;
using http::v1::read_idempotency_ttl;
using namespace std::chrono_literals;
using unit::field;
using unit::fields_of;
using unit::verdict_on;

TEST_CASE("parse_idempotency_key() returns the same key for a bare and a quoted value") {
  struct {
    std::string_view value, key;
  } const cases[] = {
      {"k", "k"},
      {R"("k")", "k"},
      {"8e03978e-40d5-43e8-bc93-6894a57f9324", "8e03978e-40d5-43e8-bc93-6894a57f9324"},
      {"!~", "!~"},
      {"a,b;c", "a,b;c"},
      {R"("a,b;c")", "a,b;c"},
      {R"("a\"b\\c")", R"(a"b\c)"},
      {R"(a"b\c)", R"(a"b\c)"},
      {R"(k")", R"(k")"},
      {R"(\)", R"(\)"},
      {R"("\"")", "\""},
  };
  for (const auto& [value, key] : cases) {
    CAPTURE(value);
    CHECK(parse_idempotency_key(value) == key);
  }
}

TEST_CASE("parse_idempotency_key() takes 255 characters and no more, quoted or bare") {
  const std::string longest(limits::idempotency_key_bytes_max, 'k');
  CHECK(longest.size() == 255);
  CHECK(parse_idempotency_key(longest) == longest);
  CHECK(parse_idempotency_key('"' + longest + '"') == longest);
  CHECK(parse_idempotency_key(longest + 'k') == std::nullopt);
  CHECK(parse_idempotency_key('"' + longest + "k\"") == std::nullopt);
  std::string escaped;
  for (std::size_t i = 0; i < longest.size(); ++i)
    escaped += "\\\\";
  CHECK(parse_idempotency_key('"' + escaped + '"') == std::string(longest.size(), '\\'));
  CHECK(parse_idempotency_key('"' + escaped + "\\\\\"") == std::nullopt);
}

TEST_CASE("parse_idempotency_key() returns nullopt for empty, invisible or malformed values") {
  using namespace std::string_view_literals;
  const std::string_view cases[] = {
      "",          " ",           "a b",          "a, b",    "a\tb",    "\x7f",
      "\xc3\xa9",  "a\0b"sv,      "\"",           "\"\"",    "\"a",     "\"a\"b",
      "\"a\" ",    "\"a b\"",     "\"\xc3\xa9\"", R"("a\")", R"("\a")", R"("a\"b)",
      R"("a"; x)", R"("a", "b")", "\"\t\"",
  };
  for (const auto value : cases) {
    CAPTURE(value);
    CHECK(parse_idempotency_key(value) == std::nullopt);
  }
}

TEST_CASE("read_idempotency_key() takes one field or none, and refuses two") {
  auto key_of = [](unit::field_list list) { return read_idempotency_key(fields_of(list)); };
  CHECK(*key_of({}) == "");
  CHECK(*key_of({{field::accept, "x"}}) == "");
  CHECK(*key_of({{field::idempotency_key, "\"k\""}}) == "k");
  constexpr auto wrong = "invalid-idempotency-key";
  CHECK(verdict_on(key_of({{field::idempotency_key, ""}})) == wrong);
  CHECK(verdict_on(key_of({{field::idempotency_key, "a b"}})) == wrong);
  CHECK(verdict_on(key_of({{field::idempotency_key, "k"}, {field::idempotency_key, "k"}})) ==
        wrong);
  CHECK(verdict_on(key_of({{field::idempotency_key, "k"}, {field::idempotency_key, ""}})) == wrong);
}

TEST_CASE("read_idempotency_ttl() takes digits from 1 to the maximum, beside a key") {
  const auto ttl_of = [](std::string_view value, std::chrono::seconds max) {
    return read_idempotency_ttl(
        fields_of({{field::idempotency_key, "k"}, {field::idempotency_key_ttl, value}}), max);
  };
  CHECK(*read_idempotency_ttl(fields_of({}), 1s) == std::nullopt);
  CHECK(*read_idempotency_ttl(fields_of({{field::idempotency_key, "k"}}), 1s) == std::nullopt);
  CHECK(*ttl_of("1", 1s) == 1s);
  CHECK(*ttl_of("120", 86'400s) == 120s);
  CHECK(*ttl_of("0120", 86'400s) == 120s);
  CHECK(*ttl_of("86400", 86'400s) == 86'400s);
  for (const auto* value :
       {"", "0", "00", "-1", "+1", "1.0", "1e1", "0x1", "1s", "1 ", " 1", "1,1", "1, 1", "\"1\"",
        "86401", "4294967297", "9223372036854775808", "18446744073709551617", "\xd9\xa1"}) {
    CAPTURE(value);
    CHECK(verdict_on(ttl_of(value, 86'400s)) == "invalid-value");
  }
  CHECK(ttl_of("61", 60s).error().detail ==
        "Idempotency-Key-TTL must be an integer of seconds from 1 to 60 (--idempotency-ttl)");
}

TEST_CASE("read_idempotency_ttl() refuses a field that is repeated or has no Idempotency-Key") {
  const auto verdict = [](unit::field_list list) {
    return verdict_on(read_idempotency_ttl(fields_of(list), 60s));
  };
  constexpr auto key = std::pair{field::idempotency_key, std::string_view{"k"}};
  constexpr auto ttl = field::idempotency_key_ttl;
  CHECK(verdict({key, {ttl, "9"}, {ttl, "8"}}) == "duplicate-parameter");
  CHECK(verdict({{ttl, "9"}, key, {ttl, "9"}}) == "duplicate-parameter");
  CHECK(verdict({{ttl, "9"}}) == "invalid-parameter");
  CHECK(verdict({{ttl, "9"}, {field::if_match, "*"}}) == "invalid-parameter");
  CHECK(verdict({{ttl, "9"}, key}) == "ok");
}
