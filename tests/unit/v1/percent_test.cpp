#include "http/protocol/percent.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace std::string_view_literals;

TEST_CASE("has_good_encoding() returns true for hexadecimal digits that decode to UTF-8") {
  struct {
    std::string_view text;
    bool is_good;
  } const cases[] = {
      {"", true},
      {"abc+-._~/?&=", true},
      {"%41", true},
      {"%00", true},
      {"%c3%A9", true},
      {"\xc3\xa9", true},
      {"\xc3%a9", true},
      {"%f0%9f%98%80", true},
      {"%", false},
      {"%4", false},
      {"a%4", false},
      {"%4g", false},
      {"%%41", false},
      {"% 41", false},
      {"%c3", false},
      {"%80", false},
      {"%c0%80", false},
      {"%ed%a0%80", false},
      {"%f4%90%80%80", false},
      {"%41\xff", false},
      // not encoded and not UTF-8
      {"\xff", false},
      {"\xc3", false},
  };
  std::string buffer;
  for (const auto& [text, is_good] : cases) {
    CAPTURE(text);
    CHECK(http::has_good_encoding(text, buffer) == is_good);
  }
}

TEST_CASE("decode() turns a plus into a space in a query, not in a path") {
  struct {
    std::string_view text, as_query, as_path;
  } const cases[] = {
      {"", "", ""},
      {"a", "a", "a"},
      {"a+b", "a b", "a+b"},
      {"+", " ", "+"},
      {"%2B", "+", "+"},
      {"a%2bb+c", "a+b c", "a+b+c"},
      {"%20", " ", " "},
      {"%2F%25", "/%", "/%"},
      {"%25%34%31", "%41", "%41"},
      {"%C3%a9", "\xc3\xa9", "\xc3\xa9"},
      {"a%00b", "a\0b"sv, "a\0b"sv},
  };
  for (const auto& [text, as_query, as_path] : cases) {
    CAPTURE(text);
    std::string buffer = "from before, and longer than all of them";
    CHECK(http::decode(text, true, buffer) == as_query);
    CHECK(http::decode(text, false, buffer) == as_path);
  }
}

TEST_CASE("decode() returns its argument when nothing is encoded") {
  std::string buffer;
  constexpr auto text = "a-b"sv;
  CHECK(http::decode(text, true, buffer).data() == text.data());
  CHECK(buffer == "");
}

TEST_CASE("encode() encodes all but the unreserved characters, and decode() reverses it") {
  CHECK(http::encode("") == "");
  CHECK(http::encode("azAZ09-._~") == "azAZ09-._~");
  CHECK(http::encode("a/b c+%?&=\"\r\n") == "a%2Fb%20c%2B%25%3F%26%3D%22%0D%0A");
  std::string all, buffer;
  for (int byte = 0; byte < 256; ++byte)
    all += static_cast<char>(byte);
  const auto encoded = http::encode(all);
  CHECK(encoded.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "-._~%") == encoded.npos);
  CHECK(http::decode(encoded, true, buffer) == all);
  CHECK(http::decode(encoded, false, buffer) == all);
}

TEST_CASE("for_each_pair() visits the pairs between ampersands") {
  struct {
    std::string_view text;
    std::vector<std::string> pairs;
  } const cases[] = {
      {"", {}},
      {"&", {}},
      {"&&&", {}},
      {"a", {"a|"}},
      {"a=", {"a|"}},
      {"=", {"|"}},
      {"=b", {"|b"}},
      {"a=b", {"a|b"}},
      {"a=b=c", {"a|b=c"}},
      {"a=b&", {"a|b"}},
      {"&a=b", {"a|b"}},
      {"a=b&&c=d", {"a|b", "c|d"}},
      {"a=1&a=2", {"a|1", "a|2"}},
      {"a%26b=%3D", {"a%26b|%3D"}},
  };
  for (const auto& [text, pairs] : cases) {
    CAPTURE(text);
    std::vector<std::string> seen;
    http::for_each_pair(text, [&](std::string_view name, std::string_view value) {
      seen.push_back(std::string{name} + "|" + std::string{value});
      return true;
    });
    CHECK(seen == pairs);
  }
}

TEST_CASE("for_each_pair() stops when the visitor returns false") {
  int visits = 0;
  http::for_each_pair("a&b&c&d", [&](std::string_view, std::string_view) { return ++visits < 2; });
  CHECK(visits == 2);
}
