// What a client asks to follow: names in a query or a prefix, and the version that it has; and the
// events that name them.

#include "counter/limits.hpp"
#include "counter/name.hpp"
#include "counter/state.hpp"
#include "http/api/v1/event_text.hpp"
#include "http/api/v1/stream_reader.hpp"
#include "http/protocol/percent.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// An event has its lines and no other, whatever the name is.
void check_event(const std::string& name) {
  for (const auto& state : {std::optional<counter::state>{}, std::optional{counter::state{}}}) {
    const auto text = http::v1::counter_event(name, state);
    REQUIRE(std::count(text.begin(), text.end(), '\n') == 3);
    REQUIRE(text.find('\r') == text.npos);
    REQUIRE(
        text.starts_with(state ? "id: 0\ndata: {\"name\":\"" : "event: gone\ndata: {\"name\":\""));
    REQUIRE(text.ends_with("}\n\n"));
  }
}

void check_streams(const std::string& query) {
  const auto stream = http::v1::read_stream(query);
  if (!stream)
    return;
  const auto& names = stream->names;
  if (stream->prefix) {
    REQUIRE(names.empty() && stream->prefix->size() <= counter::limits::name_bytes_max);
    const auto ready = http::v1::ready_event(*stream->prefix, true);
    REQUIRE(std::count(ready.begin(), ready.end(), '\n') == 3);
    REQUIRE(ready.find('\r') == ready.npos);
    REQUIRE(http::v1::read_stream("prefix=" + http::encode(*stream->prefix))->prefix ==
            stream->prefix);
    return;
  }
  REQUIRE(!names.empty() && names.size() <= counter::limits::watched_names_max);
  REQUIRE(std::is_sorted(names.begin(), names.end()));
  REQUIRE(std::adjacent_find(names.begin(), names.end()) == names.end());
  std::string again = "names=";
  for (const auto& name : names) {
    REQUIRE(counter::is_valid_name(name));
    check_event(name);
    again += http::encode(name) + ",";
  }
  again.pop_back();
  REQUIRE(http::v1::read_stream(again)->names == names);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{reinterpret_cast<const char*>(data), size};
  std::string buffer;
  if (http::has_good_encoding(text, buffer))
    check_streams(text);
  const auto one = http::v1::read_stream_of_one("x", "", text);
  REQUIRE(one.has_value());
  if (one->known_version) {
    const auto first = text.find_first_not_of('0');
    REQUIRE(std::to_string(*one->known_version) == (first == text.npos ? "0" : text.substr(first)));
  }
  return 0;
}
