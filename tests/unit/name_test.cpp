#include "counter/name.hpp"
#include "counter/limits.hpp"
#include "counter/utf8.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using counter::is_valid_backup_name;
using counter::is_valid_name;
using counter::is_valid_utf8;
using counter::limits;

namespace {

constexpr std::string_view two_bytes_each = "\xc3\xa9";  // U+00E9

}  // namespace

TEST_CASE("is_valid_name() accepts 1 to 256 bytes, not characters") {
  CHECK_FALSE(is_valid_name(""));
  CHECK(is_valid_name("x"));
  CHECK(limits::name_bytes_max == 256);
  CHECK(is_valid_name(std::string(limits::name_bytes_max, 'x')));
  CHECK_FALSE(is_valid_name(std::string(limits::name_bytes_max + 1, 'x')));

  std::string accents;
  for (int i = 0; i < 128; ++i)
    accents += two_bytes_each;
  CHECK(is_valid_name(accents));
  CHECK_FALSE(is_valid_name(accents + "x"));
}

TEST_CASE("is_valid_name() refuses ASCII control characters anywhere") {
  for (int byte = 0; byte < 0x80; ++byte) {
    CAPTURE(byte);
    const auto character = static_cast<char>(byte);
    const bool is_control = byte < 0x20 || byte == 0x7f;
    for (const auto& name : {std::string{character}, std::string{'a', character},
                             std::string{character, 'z'}, std::string{two_bytes_each} + character})
      CHECK(is_valid_name(name) == !is_control);
  }
}

TEST_CASE("is_valid_name() and is_valid_utf8() accept UTF-8 by RFC 3629") {
  struct {
    std::string_view description;
    std::string_view text;
    bool is_valid;
  } const cases[] = {
      {"first of two bytes", "\xc2\x80", true},
      {"last of two bytes", "\xdf\xbf", true},
      {"first of three bytes", "\xe0\xa0\x80", true},
      {"last before the surrogates", "\xed\x9f\xbf", true},
      {"first after the surrogates", "\xee\x80\x80", true},
      {"last of three bytes", "\xef\xbf\xbf", true},
      {"first of four bytes", "\xf0\x90\x80\x80", true},
      {"last of all", "\xf4\x8f\xbf\xbf", true},
      {"among ASCII", "a\xc3\xa9z", true},
      {"continuation alone", "\x80", false},
      {"continuation too many", "\xc3\xa9\xa9", false},
      {"two bytes cut", "\xc3", false},
      {"three bytes cut", "\xe2\x82", false},
      {"four bytes cut", "\xf0\x9f\x98", false},
      {"cut by ASCII", "\xc3z", false},
      {"overlong slash in two", "\xc0\xaf", false},
      {"overlong DEL in two", "\xc1\xbf", false},
      {"overlong in three", "\xe0\x9f\xbf", false},
      {"overlong in four", "\xf0\x8f\xbf\xbf", false},
      {"first surrogate", "\xed\xa0\x80", false},
      {"last surrogate", "\xed\xbf\xbf", false},
      {"past U+10FFFF", "\xf4\x90\x80\x80", false},
      {"five bytes", "\xf8\x88\x80\x80\x80", false},
      {"a byte that UTF-8 never has", "\xff", false},
  };
  for (const auto& [description, text, is_valid] : cases) {
    CAPTURE(description);
    CHECK(is_valid_utf8(text) == is_valid);
    CHECK(is_valid_name(text) == is_valid);
  }
}

TEST_CASE("is_valid_utf8() accepts empty text and control characters") {
  CHECK(is_valid_utf8(""));
  CHECK(is_valid_utf8("a\n\x7f"));
}

TEST_CASE("is_valid_backup_name() accepts plain file names and refuses paths") {
  for (const std::string_view name :
       {"x", "2026-11-25", "before_v1.2", "-", "_", "a.", "a..b", "Z9", "con"})
    CHECK(is_valid_backup_name(name));
  for (const std::string_view name : {"", ".", "..", ".x", "...", "a/b", "/", "../x", "a b", "a\\b",
                                      "a:b", "a%2e", "a+b", "a*", "a\n", "\xc3\xa9", "~", "a@b"})
    CHECK_FALSE(is_valid_backup_name(name));
  CHECK_FALSE(is_valid_backup_name({"a\0b", 3}));
  CHECK(limits::backup_name_bytes_max == 64);
  CHECK(is_valid_backup_name(std::string(64, 'x')));
  CHECK_FALSE(is_valid_backup_name(std::string(65, 'x')));
}

TEST_CASE("is_valid_backup_name() accepts letters, digits and three other characters") {
  for (int byte = 0; byte < 256; ++byte) {
    CAPTURE(byte);
    const auto character = static_cast<char>(byte);
    const bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    const bool is_allowed = is_letter || (byte >= '0' && byte <= '9') || character == '.' ||
                            character == '_' || character == '-';
    CHECK(is_valid_backup_name(std::string{'a', character}) == is_allowed);
    CHECK(is_valid_backup_name(std::string{character}) == (is_allowed && character != '.'));
  }
}
