#include "http/protocol/target.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using http::target;
using defect = http::target::defect;
using lookup = http::target::lookup;

TEST_CASE("parse() takes every form of target that a server receives") {
  struct {
    std::string_view raw, path;
  } const cases[] = {
      {"/", "/"},
      {"/get", "/get"},
      {"/get?name=x", "/get"},
      {"/get?", "/get"},
      {"/a?b?c", "/a"},
      {"//get", "//get"},
      {"/a%2Fb", "/a%2Fb"},
      {"/http://a/b", "/http://a/b"},
      {"*", "*"},
      {"http://h/get?name=x", "/get"},
      {"https://h:80/get", "/get"},
      {"HTTP://h/get", "/get"},
      {"Https://h/get", "/get"},
      {"http://h", "/"},
      {"http://h?name=x", "/"},
      {"http://[::1]:8000/get", "/get"},
      {"http://a_b%20c:8000/get", "/get"},
  };
  for (const auto& [raw, path] : cases) {
    CAPTURE(raw);
    target parsed;
    REQUIRE(parsed.parse(raw) == defect::none);
    CHECK(parsed.raw_path() == path);
  }
}

TEST_CASE("parse() reports a malformed or badly encoded target") {
  using namespace std::string_view_literals;
  const std::string_view cases[] = {
      "",
      "get",
      "?name=x",
      "x/get",
      "*x",
      "**",
      "%2Fget",
      "h:80",
      "ftp://h/",
      "http://:80/get",
      "http://@/get",
      "http://u@h/get",
      "http://u@[::1]:8000/get",
      "http://[::1/get",
      "http://h:x/get",
      "http://a b/get",
      "http:/get",
      "http:///get",
      "http://?name=x",
      "http:get",
      "httpx://h/",
      "/a#b",
      "/#",
      "/get?a=#",
      "/\xc3\xa9",
      "/?a=\xc3\xa9",
      "/\x80",
      // truncated or non-hexadecimal percent-encoding
      "/%",
      "/%4",
      "/%4g",
      "/%g4",
      "/%%41",
      "/?a=%",
      "/?%=a",
      "/?a=%2",
      "/?a=% 2",
      "/?a=%-1",
      // not UTF-8 once decoded
      "/%80",
      "/%c3",
      "/?a=%c3",
      "/?%ff=a",
      "/?a=%c3&b=%a9",
      "/?a=%c0%af",
      "/?a=%ed%a0%80",
      "/?a=%f4%90%80%80",
  };
  for (const auto raw : cases) {
    CAPTURE(raw);
    CHECK(target{}.parse(raw) != defect::none);
  }
}

TEST_CASE("find() returns found, missing or repeated") {
  struct {
    std::string_view raw;
    target::lookup lookup;
    std::string_view value;
  } const cases[] = {
      {"/", lookup::missing, ""},
      {"/?", lookup::missing, ""},
      {"/?&&", lookup::missing, ""},
      {"/?names=x", lookup::missing, ""},
      {"/?nam=x", lookup::missing, ""},
      {"/?Name=x", lookup::missing, ""},
      {"/?=name", lookup::missing, ""},
      {"/?x=name=y", lookup::missing, ""},
      {"/name=x", lookup::missing, ""},
      {"/?name", lookup::found, ""},
      {"/?name=", lookup::found, ""},
      {"/?name=x", lookup::found, "x"},
      {"/?a=1&name=x&b=2", lookup::found, "x"},
      {"/?a&name=x&", lookup::found, "x"},
      {"/?name=a=b", lookup::found, "a=b"},
      {"/?name=a?b/c", lookup::found, "a?b/c"},
      {"/?name=a;b", lookup::found, "a;b"},
      {"http://h/?name=x", lookup::found, "x"},
      {"http://h?name=x", lookup::found, "x"},
      {"/?name=x&name=y", lookup::repeated, ""},
      {"/?name=x&a=b&name=x", lookup::repeated, ""},
      {"/?name&name", lookup::repeated, ""},
      {"/?name=x&n%61me=y", lookup::repeated, ""},
      {"/?name=a&name=b&name=c", lookup::repeated, ""},
      // decoded
      {"/?name=%41%62", lookup::found, "Ab"},
      {"/?n%61me=x", lookup::found, "x"},
      {"/?name=a+b", lookup::found, "a b"},
      {"/?name=a%2Bb", lookup::found, "a+b"},
      {"/?name=a%2bb+", lookup::found, "a+b "},
      {"/?name=a%26b%3Dc", lookup::found, "a&b=c"},
      {"/?name=%C3%A9", lookup::found, "\xc3\xa9"},
      {"/?name=%25%34%31", lookup::found, "%41"},
      {"/?name=%0A", lookup::found, "\n"},
  };
  for (const auto& [raw, expected, value] : cases) {
    CAPTURE(raw);
    target parsed;
    REQUIRE(parsed.parse(raw) == defect::none);
    const auto found = parsed.find("name");
    CHECK(found.lookup == expected);
    if (expected == lookup::found)
      CHECK(found.value == value);
  }
}

TEST_CASE("find() decodes any UTF-8, including NUL") {
  target parsed;
  REQUIRE(parsed.parse("/?name=a%00b") == defect::none);
  CHECK(parsed.find("name").value == std::string_view{"a\0b", 3});
}

TEST_CASE("parse() reuses a target for request after request") {
  target parsed;
  REQUIRE(parsed.parse("/get?name=%41&val=1") == defect::none);
  CHECK(parsed.find("val").value == "1");
  CHECK(parsed.find("name").value == "A");
  REQUIRE(parsed.parse("http://h") == defect::none);
  CHECK(parsed.raw_path() == "/");
  CHECK(parsed.find("name").lookup == lookup::missing);
  CHECK(parsed.parse("/%") != defect::none);
  REQUIRE(parsed.parse("/set") == defect::none);
  CHECK(parsed.raw_path() == "/set");
}
