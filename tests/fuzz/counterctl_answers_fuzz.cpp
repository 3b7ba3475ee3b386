// What a server, or whatever answers in its place, sends to counterctl: bodies and event streams.

#include "counterctl/client/event_parser.hpp"
#include "counterctl/formats/answers.hpp"
#include "counterctl/formats/statistics.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace counterctl;

/// A body is read or refused, and nothing else happens.
template <class Read>
void refuses_or(Read read) {
  try {
    read();
  } catch (const std::exception&) {
  }
}

std::vector<std::string> events_of(std::string_view text, std::size_t part) {
  event_parser parser;
  std::vector<std::string> events;
  for (; !text.empty(); text.remove_prefix(std::min(part, text.size())))
    parser.feed(text.substr(0, part), [&](const server_event& event) {
      REQUIRE(event.type.find('\n') == std::string::npos);
      events.push_back(event.type + '\0' + event.data + '\0' + event.retry);
    });
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{reinterpret_cast<const char*>(data), size};
  problem_of(text);
  is_json_object(text);
  refuses_or([&] {
    const auto state = parse_state(text);
    REQUIRE(parse_state(to_json(state)).value == state.value);
  });
  refuses_or([&] {
    const auto page = parse_page(text);
    REQUIRE(page.counters.size() == page.lines.size());
    for (const auto& line : page.lines)
      parse_state(line);
  });
  refuses_or([&] { parse_results(text); });
  refuses_or([&] { parse_top(text); });
  refuses_or([&] { parse_deletion(text); });
  refuses_or([&] { flatten(text); });
  refuses_or([&] { member_of(text, "name"); });
  refuses_or([&] {
    const auto now = statistics::parse(text);
    now.quantile(now, "t", 0.5);
    for (const auto& series : now.all())
      labels_text(series);
  });
  // How the bytes are cut makes no difference.
  if (size <= 16 * 1024)
    REQUIRE(events_of(text, 1) == events_of(text, text.size() + 1));
  return 0;
}
