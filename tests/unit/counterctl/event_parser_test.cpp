#include "counterctl/client/event_parser.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

using namespace counterctl;

namespace {

std::vector<std::string> events_of(event_parser& parser, std::string_view bytes) {
  std::vector<std::string> events;
  parser.feed(bytes, [&](const server_event& event) {
    events.push_back(event.type + "|" + event.data + "|" + event.retry);
  });
  return events;
}

constexpr std::string_view stream =
    "retry: 2713\n\nid: 7\ndata: {\"name\":\"a\"}\n\nevent: gone\ndata: x\n\n: comment\n\n"
    "event: ping\ndata:\n\ndata: 1\ndata: 2\n\n";

const std::vector<std::string> expected{"||2713", "|{\"name\":\"a\"}|", "gone|x|", "ping||",
                                        "|1\n2|"};

}  // namespace

TEST_CASE("event_parser finds the events of a stream") {
  event_parser parser;
  CHECK(events_of(parser, stream) == expected);
}

TEST_CASE("event_parser does not care where a stream is cut, or how its lines end") {
  for (const std::string_view end : {"\n", "\r\n"}) {
    std::string text;
    for (const char c : stream)
      text += c == '\n' ? std::string{end} : std::string{c};
    event_parser parser;
    std::vector<std::string> events;
    for (const char c : text)
      for (auto& event : events_of(parser, {&c, 1}))
        events.push_back(std::move(event));
    CHECK(events == expected);
  }
}

TEST_CASE("event_parser refuses an event without an end") {
  event_parser parser;
  CHECK_THROWS_AS(events_of(parser, std::string(70'000, 'x')), std::length_error);
  event_parser lines;
  CHECK_THROWS_AS(
      [&] {
        for (int i = 0; i < 10'000; ++i)
          events_of(lines, "data: 1234567890\n");
      }(),
      std::length_error);
}
