#include "http/api/v1/media_type.hpp"

#include <doctest/doctest.h>

#include <string_view>

using http::v1::media_type;

TEST_CASE("type_of() ignores parameters and case") {
  struct {
    std::string_view content_type;
    http::v1::media_type type;
  } const cases[] = {
      {"", media_type::none},
      {" \t", media_type::none},
      {";charset=utf-8", media_type::none},
      {"application/json", media_type::json},
      {"Application/JSON", media_type::json},
      {"application/json;charset=utf-8", media_type::json},
      {" application/json \t; charset=\"utf-8\"", media_type::json},
      {"application/x-www-form-urlencoded", media_type::form},
      {"APPLICATION/X-WWW-Form-Urlencoded; charset=UTF-8", media_type::form},
      {"json", media_type::other},
      {"*/*", media_type::other},
      {"application/*", media_type::other},
      {"application/jso", media_type::other},
      {"application/jsonx", media_type::other},
      {"application /json", media_type::other},
      {"application/problem+json", media_type::other},
      {"text/json", media_type::other},
      {"text/plain", media_type::other},
      {"multipart/form-data; boundary=x", media_type::other},
      // as two joined fields
      {"application/json, application/json", media_type::other},
      {"text/plain; application/json", media_type::other},
  };
  for (const auto& [content_type, type] : cases) {
    CAPTURE(content_type);
    CHECK(http::v1::type_of(content_type) == type);
  }
}

TEST_CASE("wants_text() returns true for text/plain without any range that includes JSON") {
  struct {
    std::string_view accept;
    bool wants_text;
  } const cases[] = {
      {"", false},
      {",", false},
      {"text/plain", true},
      {"TEXT/Plain", true},
      {" \ttext/plain ", true},
      {"text/plain;charset=utf-8", true},
      {"text/*", true},
      {"text/html", false},
      {"text/plainer", false},
      {"text/plai", false},
      {"text", false},
      {"application/xml", false},
      {"text/html, text/plain", true},
      {"text/plain,text/html", true},
      {", ,text/plain,", true},
      {"application/problem+json, text/plain", true},
      // includes JSON
      {"*/*", false},
      {"application/json", false},
      {"text/plain, application/json", false},
      {"application/json,text/plain", false},
      {"text/plain, APPLICATION/JSON; charset=utf-8", false},
      {"text/plain, application/*", false},
      {"text/plain, */*", false},
      {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false},
      // weights
      {"text/plain;q=0.001", true},
      {"text/plain;q=1", true},
      {"text/plain;q=0", false},
      {"text/plain;q=0.", false},
      {"text/plain;q=0.000", false},
      {"text/plain; Q=0", false},
      {"text/plain;level=1;q=0", false},
      {"text/plain; level=0", true},
      {"text/plain, */*;q=0.001", false},
      {"text/plain, */*;q=0", true},
      {"application/json;q=0, text/plain", true},
      {"text/plain;q=0, text/html", false},
  };
  for (const auto& [accept, wants_text] : cases) {
    CAPTURE(accept);
    CHECK(http::v1::wants_text(accept) == wants_text);
  }
}
