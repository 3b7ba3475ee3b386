#include "counterctl/formats/counter_entry.hpp"

#include "counter/instant.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

using namespace counterctl;

namespace {

const std::vector<std::string> odd_names = {"hits",
                                            "a,b",
                                            "say \"x\"",
                                            "\"",
                                            ",",
                                            "a/b?c=d&e",
                                            "<script>",
                                            "\xe2\x80\xae"
                                            "abc",
                                            "\xc2\x85",
                                            std::string(256, 'x'),
                                            "'; drop",
                                            " ",
                                            "-5",
                                            "null",
                                            "{}",
                                            "\\"};

}  // namespace

TEST_CASE("parse_entry() reads what to_line() writes, whatever the name is") {
  for (const auto format : {file_format::json, file_format::csv})
    for (const auto& name : odd_names)
      for (const std::int64_t value : {std::int64_t{0}, std::numeric_limits<std::int64_t>::max(),
                                       std::numeric_limits<std::int64_t>::min()})
        for (const std::string expires_at : {"", "2026-11-30T12:00:00.000Z"}) {
          CAPTURE(name);
          const auto line = to_line({name, value, {}, 7, expires_at}, format);
          CHECK(line.find('\n') == line.npos);
          const auto entry = parse_entry(line, format);
          CHECK(entry.name == name);
          CHECK(entry.value == value);
          CHECK(entry.expires_at.has_value() == !expires_at.empty());
        }
}

TEST_CASE("to_line() has the form that the manual shows") {
  const counter_state state{"a \"b\", c", 5, {}, 1, "2026-11-30T12:00:00.000Z"};
  CHECK(to_line(state, file_format::json) ==
        R"({"name":"a \"b\", c","value":5,"expires_at":"2026-11-30T12:00:00.000Z"})");
  CHECK(to_line(state, file_format::csv) == R"("a ""b"", c",5,2026-11-30T12:00:00.000Z)");
  CHECK(to_line({"hits", -1, {}, 1, ""}, file_format::json) ==
        R"({"name":"hits","value":-1,"expires_at":null})");
  CHECK(to_line({"hits", -1, {}, 1, ""}, file_format::csv) == "hits,-1,");
}

TEST_CASE("an expiry has milliseconds, or none") {
  const auto at = [](const std::string& text) {
    return parse_entry(R"({"name":"x","value":1,"expires_at":")" + text + "\"}", file_format::json)
        .expires_at;
  };
  const auto noon = *counter::parse_instant("2026-11-30T12:00:00Z");
  CHECK(at("2026-11-30T12:00:00Z") == noon);
  CHECK(at("2026-11-30T12:00:00.000Z") == noon);
  CHECK(at("2026-11-30T12:00:00.715Z") == noon + std::chrono::milliseconds{715});
}

TEST_CASE("parse_entry() refuses a wrong line with a reason") {
  struct {
    file_format format;
    std::string line;
  } const cases[] = {
      {file_format::json, ""},
      {file_format::json, "hits"},
      {file_format::json, "[]"},
      {file_format::json, R"({"name":"x"})"},
      {file_format::json, R"({"value":1})"},
      {file_format::json, R"({"name":1,"value":1})"},
      {file_format::json, R"({"name":"x","value":"1"})"},
      {file_format::json, R"({"name":"x","value":1.0})"},
      {file_format::json, R"({"name":"x","value":9223372036854775808})"},
      {file_format::json, R"({"name":"","value":1})"},
      {file_format::json, R"({"name":"a\nb","value":1})"},
      {file_format::json, R"({"name":")" + std::string(257, 'x') + R"(","value":1})"},
      {file_format::json, R"({"name":"x","value":1} trailing)"},
      {file_format::json, R"({"name":"x","value":1,"expires_at":"soon"})"},
      {file_format::json, R"({"name":"x","value":1,"expires_at":"2026-11-30T12:00:00.Z"})"},
      {file_format::json, R"({"name":"x","value":1,"expires_at":"2026-11-30T12:00:00.5"})"},
      {file_format::json, R"({"name":"x","value":1,"expires_at":"2026-11-30T12:00:00.5Z"})"},
      {file_format::json, R"({"name":"x","value":1,"expires_at":"2026-11-30T12:00:00.-10Z"})"},
      {file_format::json, R"({"name":"x","value":1,"expires_at":"2026-11-30T12:00:00.+10Z"})"},
      {file_format::json, R"({"name":"x","value":1,"expires_at":5})"},
      {file_format::csv, "hits"},
      {file_format::csv, "hits,"},
      {file_format::csv, "hits,x"},
      {file_format::csv, "hits,1,2,3"},
      {file_format::csv, ",1"},
      {file_format::csv, "\"hits,1"},
      {file_format::csv, "\"hits\"x,1"},
      {file_format::csv, "hits,1,soon"},
  };
  for (const auto& [format, line] : cases) {
    CAPTURE(line);
    CHECK_THROWS_AS(parse_entry(line, format), std::runtime_error);
  }
  CHECK_THROWS_WITH(parse_entry("hits,1", file_format::json),
                    R"(no JSON object like {"name":"hits","value":5}; --csv reads CSV)");
}
