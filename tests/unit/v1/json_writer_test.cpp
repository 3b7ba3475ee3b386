#include "http/api/v1/json_writer.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>

using http::v1::json_writer;

namespace {

std::string text_of(std::string_view value) {
  json_writer writer;
  writer.value(value);
  return std::move(writer).finish();
}

}  // namespace

TEST_CASE("json_writer writes each kind of value") {
  const auto text = http::v1::json_object([](json_writer& writer) {
    writer.member("text", "a");
    writer.member("least", std::numeric_limits<std::int64_t>::min());
    writer.member("greatest", std::numeric_limits<std::uint64_t>::max());
    writer.member("yes", true);
    writer.member("no", false);
    writer.member("none", nullptr);
    writer.member("some", std::optional{5});
    writer.member("missing", std::optional<int>{});
  });
  CHECK(text ==
        R"({"text":"a","least":-9223372036854775808,"greatest":18446744073709551615,"yes":true,)"
        R"("no":false,"none":null,"some":5,"missing":null})"
        "\n");
}

TEST_CASE("json_writer puts commas between members and elements, at each depth") {
  const auto text = http::v1::json_object([](json_writer& writer) {
    writer.key("a");
    writer.begin_array();
    writer.begin_object();
    writer.end_object();
    writer.begin_array();
    writer.value(1);
    writer.value("x");
    writer.end_array();
    writer.begin_object();
    writer.member("b", 2);
    writer.member("c", 3);
    writer.end_object();
    writer.end_array();
    writer.member("d", 4);
  });
  CHECK(text == "{\"a\":[{},[1,\"x\"],{\"b\":2,\"c\":3}],\"d\":4}\n");
  CHECK(http::v1::json_object([](json_writer&) {}) == "{}\n");
}

TEST_CASE("json_writer escapes what JSON demands, so that any text comes back") {
  std::mt19937 random{1};
  for (int round = 0; round < 2'000; ++round) {
    std::string text;
    for (auto left = random() % 20; left > 0; --left)
      text += static_cast<char>(random() % 128);
    text += "\xc3\xa9";
    const auto parsed = boost::json::parse(text_of(text));
    REQUIRE(parsed.as_string() == text);
    REQUIRE(text_of(text) == boost::json::serialize(parsed) + "\n");
  }
}

TEST_CASE("json_writer notices a byte that needs an escape at each position") {
  for (std::size_t bytes = 1; bytes <= 25; ++bytes) {
    for (std::size_t position = 0; position < bytes; ++position) {
      for (const char special : {'\0', '\x1f', '"', '\\'}) {
        std::string text(bytes, position % 2 == 0 ? '\x20' : '~');
        text[position] = special;
        CHECK(boost::json::parse(text_of(text)).as_string() == text);
      }
    }
  }
}

TEST_CASE("json_writer takes more room when what it was given is used up") {
  for (const std::size_t given : {0, 1, 1'000}) {
    for (const std::string filling : {"~", "\n"}) {
      for (std::size_t bytes = 0; bytes < 600; ++bytes) {
        std::string text;
        while (text.size() < bytes)
          text += filling;
        json_writer writer{given};
        writer.begin_array();
        for (int round = 0; round < 4; ++round) {
          writer.begin_object();
          writer.member(text.substr(0, filling == "~" ? bytes : 0), text);
          writer.member("least", std::numeric_limits<std::int64_t>::min());
          writer.member("none", nullptr);
          writer.end_object();
          writer.value(std::numeric_limits<std::uint64_t>::max());
        }
        writer.end_array();
        const auto written = std::move(writer).finish();
        const auto parsed = boost::json::parse(written);
        REQUIRE(parsed.as_array().size() == 8);
        REQUIRE(written == boost::json::serialize(parsed) + "\n");
      }
    }
  }
}

TEST_CASE("a json_writer writes floating-point numbers exactly, and integers as such") {
  const std::pair<double, std::string> cases[] = {
      {0.5, "0.5"},
      {5e-05, "5e-05"},
      {0.1, "0.1"},
      {1e7, "10000000"},
      {-3, "-3"},
      {9'007'199'254'740'992, "9007199254740992"},
      {1e300, "1e+300"},
      {std::numeric_limits<double>::infinity(), "null"},
      {std::numeric_limits<double>::quiet_NaN(), "null"},
  };
  for (const auto& [number, text] : cases) {
    CAPTURE(text);
    CHECK(http::v1::json_object([&](auto& writer) { writer.member("x", number); }) ==
          "{\"x\":" + text + "}\n");
  }
}
