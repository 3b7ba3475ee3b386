#include "http/api/badge/badge_reader.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <variant>

using http::badge::color;
using http::badge::look;

namespace {

std::variant<look, http::response> read(std::string_view query, std::string_view name = "x") {
  static http::target target;
  static std::string text;
  text = "/badge/x.svg?" + std::string{query};
  REQUIRE(target.parse(text) == http::target::defect::none);
  return http::badge::read_look(target, name);
}

look look_of(std::string_view query, std::string_view name = "x") {
  CAPTURE(query);
  auto result = read(query, name);
  REQUIRE(std::holds_alternative<look>(result));
  return std::get<look>(result);
}

void check_refused(std::string_view query, std::string_view mentions) {
  CAPTURE(query);
  const auto result = read(query);
  REQUIRE(std::holds_alternative<http::response>(result));
  const auto& response = std::get<http::response>(result);
  CHECK(response.status == http::status::bad_request);
  CHECK(response.body.view().find(mentions) != std::string_view::npos);
  CHECK(response.body.view().find('\n') == response.body.view().size() - 1);
}

}  // namespace

TEST_CASE("a badge has the name as its label, and exact numbers") {
  const auto look = look_of("");
  CHECK(look.label == "x");
  CHECK(look.color == color{0x0b, 0x68, 0xcb});
  CHECK(look.shape == http::badge::shape::rounded);
  CHECK_FALSE(look.is_short);
}

TEST_CASE("a long name is cut between two characters") {
  CHECK(look_of("", std::string(64, 'a')).label == std::string(64, 'a'));
  CHECK(look_of("", std::string(65, 'a')).label == std::string(61, 'a') + "\u2026");
  // 30 characters of 2 bytes are 60 bytes: no half of the next is left.
  std::string wide;
  for (int i = 0; i < 40; ++i)
    wide += "\u00fc";
  const auto label = look_of("", wide).label;
  CHECK(label == wide.substr(0, 60) + "\u2026");
}

TEST_CASE("a query says what a badge looks like") {
  const auto look =
      look_of("label=a%20b%26&color=0B68cb&style=flat-square&number=short&cache=1&cache=2");
  CHECK(look.label == "a b&");
  CHECK(look.color == color{0x0b, 0x68, 0xcb});
  CHECK(look.shape == http::badge::shape::square);
  CHECK(look.is_short);
  CHECK(look_of("label=").label.empty());
  CHECK(look_of("color=f0A").color == color{0xff, 0x00, 0xaa});
  CHECK(look_of("color=%23fff").color == color{0xff, 0xff, 0xff});
  CHECK(look_of("color=red").color == color{0xc6, 0x28, 0x28});
  CHECK(look_of("style=flat&number=exact").shape == http::badge::shape::rounded);
  CHECK(look_of("label=" + std::string(64, 'a')).label.size() == 64);
}

TEST_CASE("what a badge cannot look like is refused") {
  for (const std::string bad : {"", "12", "1234", "12345", "1234567", "ggg", "0b68c-", "-1a", "RED",
                                "reddish", "%22%3E%3Cscript%3E", "%23", "url(%23a)"})
    check_refused("color=" + bad, "hexadecimal");
  check_refused("label=" + std::string(65, 'a'), "64 bytes");
  check_refused("label=a%00", "control characters");
  check_refused("label=a%0Ab", "control characters");
  check_refused("label=a%7F", "control characters");
  check_refused("style=plastic", "flat or flat-square");
  check_refused("style=", "flat or flat-square");
  check_refused("number=1", "exact or short");
  check_refused("label=a&label=b", "label is given twice");
  check_refused("color=red&color=red", "color is given twice");
}
