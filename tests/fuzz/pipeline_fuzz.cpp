// A connection from its bytes to its answers, without a socket: the first bytes
// of the input say how the rest is cut into pieces and in which order the
// replies come. Whatever they say, the commands and the answers are the same.

#include "counter/limits.hpp"
#include "counter/name.hpp"
#include "http/pipeline.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using http::pipeline;

struct pending {
  http::response_queue::slot slot;
  counter::operation operation;
  std::string name;
};

struct history {
  std::vector<std::string> names;  // of the commands, in order
  std::string output;
  bool operator==(const history&) const = default;
};

/// `seed` picks the next reply; pieces are `piece` bytes.
history run(std::string_view bytes, std::size_t piece, unsigned seed) {
  counter::limits limits;
  limits.pipelined_max = 5;
  const http::date date;
  const http::v1::site site;
  pipeline connection{limits, date, site};
  history seen;
  std::vector<pending> waiting;
  bool has_ended = false;
  for (;;) {
    while (auto taken = connection.take_command()) {
      REQUIRE(counter::is_valid_name(taken->command.name));
      seen.names.emplace_back(taken->command.name);
      waiting.push_back({taken->slot, taken->command.operation, seen.names.back()});
    }
    connection.keep_rest();
    REQUIRE(waiting.size() <= limits.pipelined_max);
    REQUIRE(connection.output().size() <= counter::limits::output_bytes_max + 4096);
    const auto sent = seed % 3 == 0
                          ? connection.output().size() / 2 + connection.output().size() % 2
                          : connection.output().size();
    seen.output += connection.output().substr(0, sent);
    connection.consume_output(sent);
    if (connection.wants_input() && !bytes.empty()) {
      connection.feed(bytes.substr(0, piece));
      bytes.remove_prefix(std::min(piece, bytes.size()));
    } else if (connection.wants_input() && !has_ended) {
      has_ended = true;
      connection.feed_end();
    } else if (!waiting.empty()) {
      seed = seed * 1664525 + 1013904223;
      const auto chosen = waiting.begin() + (seed >> 16) % waiting.size();
      const counter::command command{chosen->operation, chosen->name, 0};
      connection.complete(chosen->slot, command, {counter::outcome::ok, 7});
      waiting.erase(chosen);
    } else if (sent == 0) {
      break;
    }
  }
  // Nothing is left to wait for: every request has its answer.
  REQUIRE(connection.awaits() == pipeline::awaited::nothing);
  REQUIRE(connection.output().empty());
  connection.shrink(0);
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2)
    return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 2, size - 2};
  const auto straight = run(bytes, bytes.size() + 1, 1);
  // An answer of 400 and one of 431 to the same bad header are both right, so
  // that only what was carried out is compared.
  REQUIRE(run(bytes, data[0] % 64u + 1, data[1]).names == straight.names);
  return 0;
}
