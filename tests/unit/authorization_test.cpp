#include "http/api/authorization.hpp"
#include "http/api/base64.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using http::credentials;
using http::decode_base64;
using http::parse_authorization;
using scheme = enum http::credentials::scheme;

TEST_CASE("parse_authorization() reads Bearer and Basic, and nothing else") {
  struct {
    std::string_view value;
    credentials expected;
  } const cases[] = {
      {"Bearer abc", {scheme::bearer, "abc"}},
      {"bearer abc", {scheme::bearer, "abc"}},
      {"BEARER   abc", {scheme::bearer, "abc"}},
      // What is no token is refused later.
      {"Bearer abc def", {scheme::bearer, "abc def"}},
      {"Bearer abc, Bearer def", {scheme::bearer, "abc, Bearer def"}},
      {"Basic eDphYmM=", {scheme::basic, "abc"}},
      {"bASIC eDphYmM=", {scheme::basic, "abc"}},
      {"Basic OmFiYw==", {scheme::basic, "abc"}},  // no user
      {"Basic eDphOmI=", {scheme::basic, "a:b"}},  // the first colon divides
      {"Basic eDo=", {scheme::basic, ""}},         // no password
      {"Basic YWJj", {}},                          // no colon
      {"Basic eDphYmM", {}},                       // no padding
      {"Basic eDphYmM= x", {}},
      {"Basic eD*hYmM=", {}},
      {"Basic", {}},
      {"Basic ", {}},
      {"Bearer", {}},
      {"Bearer ", {}},
      {"Bearerabc", {}},
      {"Bearer\tabc", {}},
      {"Digest username=x", {}},
      {"Negotiate abc", {}},
      {"abc", {}},
      {"", {}},
      {" Bearer abc", {}},
      {"Bearer:abc", {}},
      {"Token abc", {}},
  };
  for (const auto& [value, expected] : cases) {
    CAPTURE(value);
    const auto parsed = parse_authorization(value);
    CHECK(parsed.scheme == expected.scheme);
    CHECK(parsed.token == expected.token);
  }
}

TEST_CASE("decode_base64() reads the examples of RFC 4648, and each text in one encoding") {
  CHECK(decode_base64("") == "");
  CHECK(decode_base64("Zg==") == "f");
  CHECK(decode_base64("Zm8=") == "fo");
  CHECK(decode_base64("Zm9v") == "foo");
  CHECK(decode_base64("Zm9vYg==") == "foob");
  CHECK(decode_base64("Zm9vYmE=") == "fooba");
  CHECK(decode_base64("Zm9vYmFy") == "foobar");
  CHECK(decode_base64("AP//") == std::string{"\0\xff\xff", 3});
  CHECK(decode_base64("+/+/") == "\xfb\xff\xbf");
  for (const std::string_view bad : {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "====", "=Zg=", "Zg=a",
                                     "Z===", "Zm9v\n", "Zm 9", "-_-_", "Zm9vZg=", "Zg==Zg=="}) {
    CAPTURE(bad);
    CHECK_FALSE(decode_base64(bad));
  }
}
