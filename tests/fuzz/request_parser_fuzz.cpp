// However a byte stream is cut into pieces, it holds the same requests.

#include "counter/limits.hpp"
#include "http/protocol/request_parser.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// The targets of the complete requests, fed in pieces of `piece` bytes, as a
/// connection feeds them.
std::vector<std::string> parse(std::string_view bytes, std::size_t piece) {
  std::vector<std::string> targets;
  http::request_parser parser;
  std::string waiting;
  while (!bytes.empty()) {
    const auto next = bytes.substr(0, piece);
    bytes.remove_prefix(next.size());
    waiting += next;
    do {
      const auto used = parser.parse(waiting);
      REQUIRE(used <= waiting.size());
      waiting.erase(0, used);
      if (parser.state() != http::parse_state::complete)
        break;
      targets.push_back(parser.request().target);
      parser.restart();
    } while (!waiting.empty());
    if (parser.state() == http::parse_state::bad)
      break;
    // What waits is bounded: a header, or what surrounds a chunk.
    REQUIRE(waiting.size() <=
            std::max(counter::limits::header_bytes_max, counter::limits::chunk_overhead_bytes_max) +
                32);
  }
  return targets;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto whole = parse(bytes, size + 1);
  REQUIRE(parse(bytes, 1) == whole);
  REQUIRE(parse(bytes, 7) == whole);
  return 0;
}
