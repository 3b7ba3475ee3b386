#include "http/api/badge/badge.hpp"
#include "http/api/badge/short_number.hpp"
#include "http/api/badge/text_width.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

using http::badge::look;
using http::badge::short_number;
using http::badge::text_width;
using http::badge::to_json;
using http::badge::to_svg;

namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("to_svg() shows label and message, each in its half") {
  const auto svg = to_svg({.label = "visits"}, "1234");
  CHECK(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"77\" height=\"20\""));
  CHECK(has(svg, "<title>visits: 1234</title>"));
  CHECK(has(svg, "aria-label=\"visits: 1234\""));
  CHECK(has(svg, "<rect x=\"0\" width=\"39\" height=\"20\" fill=\"#555555\"/>"));
  CHECK(has(svg, "<rect x=\"39\" width=\"38\" height=\"20\" fill=\"#0b68cb\"/>"));
  CHECK(has(svg, "<text x=\"5\" y=\"14\" textLength=\"29\" fill=\"#fff\">visits</text>"));
  CHECK(has(svg, "<text x=\"44\" y=\"14\" textLength=\"28\" fill=\"#fff\">1234</text>"));
  CHECK(has(svg, "rx=\"3\""));
  CHECK(has(to_svg({.label = "a", .shape = http::badge::shape::square}, "1"), "rx=\"0\""));
}

TEST_CASE("to_svg() without a label shows the message alone") {
  const auto svg = to_svg({}, "7");
  CHECK(has(svg, "<title>7</title>"));
  CHECK(has(svg, "width=\"17\" height=\"20\" role"));
  CHECK_FALSE(has(svg, "#555555"));
}

TEST_CASE("to_svg() shows markup as text") {
  const auto svg = to_svg({.label = "<script>\"&'</script>"}, "1");
  CHECK_FALSE(has(svg, "<script"));
  CHECK(has(svg, ">&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt;</text>"));
  CHECK(has(svg, "aria-label=\"&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt;: 1\""));
}

TEST_CASE("to_svg() replaces what XML cannot hold") {
  CHECK(has(to_svg({.label = "a\uFFFEb\uFFFFc"}, "1"), ">a\uFFFDb\uFFFDc<"));
  CHECK(has(to_svg({.label = "\uFFFD\U0001F600\u202E"}, "1"), ">\uFFFD\U0001F600\u202E<"));
}

TEST_CASE("text on a light color is dark") {
  CHECK(has(to_svg({.color = {0xff, 0xff, 0}}, "1"), "fill=\"#222\">1<"));
  CHECK(has(to_svg({.color = {0xc6, 0x28, 0x28}}, "1"), "fill=\"#fff\">1<"));
}

TEST_CASE("to_json() has what badge services read") {
  CHECK(to_json({.label = "a\"b"}, "5", false) ==
        "{\"schemaVersion\":1,\"label\":\"a\\\"b\",\"message\":\"5\",\"color\":\"#0b68cb\"}\n");
  CHECK(to_json({.label = "a"}, "not found", true) ==
        "{\"schemaVersion\":1,\"label\":\"a\",\"message\":\"not found\",\"color\":\"#0b68cb\","
        "\"isError\":true}\n");
}

TEST_CASE("pixel() is a GIF of one pixel") {
  CHECK(http::badge::pixel().starts_with("GIF89a\x01"));
  CHECK(http::badge::pixel().size() == 43);
  CHECK(http::badge::pixel().ends_with(';'));
}

TEST_CASE("text_width() measures ASCII and estimates the rest") {
  CHECK(text_width("") == 0);
  CHECK(text_width("0") == 7);
  CHECK(text_width("visits") == 29);
  CHECK(text_width("iiii") < text_width("MMMM"));
  CHECK(text_width("\u00e4") == 7);
  CHECK(text_width("\u6f22\u5b57") == 22);
  CHECK(text_width("\U0001F600") == 11);
}

TEST_CASE("short_number() rounds towards zero") {
  CHECK(short_number(0) == "0");
  CHECK(short_number(999) == "999");
  CHECK(short_number(-999) == "-999");
  CHECK(short_number(1000) == "1k");
  CHECK(short_number(1099) == "1k");
  CHECK(short_number(1100) == "1.1k");
  CHECK(short_number(-1999) == "-1.9k");
  CHECK(short_number(9999) == "9.9k");
  CHECK(short_number(10999) == "10k");
  CHECK(short_number(999'999) == "999k");
  CHECK(short_number(1'000'000) == "1M");
  CHECK(short_number(2'500'000'000) == "2.5G");
  CHECK(short_number(999'999'999'999'999'999) == "999P");
  CHECK(short_number(std::numeric_limits<std::int64_t>::max()) == "9.2E");
  CHECK(short_number(std::numeric_limits<std::int64_t>::min()) == "-9.2E");
}
