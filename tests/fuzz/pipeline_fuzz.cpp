// A connection from its bytes to its responses, without a socket. The first two bytes of the
// input decide whether the peer is local, how the rest is cut into pieces and in which order the
// store replies. The calls and the number of responses must not depend on the last two.

#include "counter/limits.hpp"
#include "counter/name.hpp"
#include "http/api/dispatcher.hpp"
#include "http/protocol/pipeline.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/v1_checks.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using http::pipeline;
using step = http::pipeline::step;

struct pending {
  http::response_queue::slot_type slot;
  counter::operation operation;
  std::string name;
  std::optional<counter::request> request{};
};

std::string text_of(const counter::full_command& command) {
  REQUIRE(counter::is_valid_name(command.name));
  fuzz::check_parameters(command.parameters);
  REQUIRE(!command.idempotency_ttl ||
          (!command.idempotency_key.empty() && command.idempotency_ttl->count() >= 1));
  return command.name + " of " + std::to_string(command.position) + " by " +
         std::to_string(command.parameters.operand) + command.idempotency_key +
         std::to_string(command.idempotency_ttl.value_or(std::chrono::seconds{0}).count());
}

/// Describes a call, to compare two runs.
std::string text_of(const pending& one) {
  if (!one.request)
    return one.name;
  if (const auto* command = std::get_if<counter::full_command>(&*one.request))
    return text_of(*command);
  if (const auto* commands = std::get_if<counter::command_list>(&*one.request)) {
    std::string text = "list";
    for (const auto& command : *commands)
      text += ' ' + text_of(command);
    return text;
  }
  if (const auto* backup = std::get_if<counter::backup_request>(&*one.request)) {
    REQUIRE(counter::is_valid_backup_name(backup->name));
    return "backup " + backup->name;
  }
  const auto& request = std::get<counter::page_request>(*one.request);
  return request.prefix + " behind " + request.after;
}

struct history {
  std::vector<std::string> asked;  // in order
  std::string output;
};

/// No body has a line end before "Date: ", so this counts headers.
std::size_t answers_in(std::string_view output) {
  std::size_t count = 0;
  constexpr std::string_view date = "\r\nDate: ";
  for (auto at = output.find(date); at != output.npos; at = output.find(date, at + 1))
    ++count;
  return count;
}

/// Feeds `bytes` in pieces of `piece` bytes. `seed` chooses the next call to complete.
history run(std::string_view bytes, http::connection_info from, std::size_t piece, unsigned seed) {
  // The longest answer to what a fuzzer can send: a batch, or the API's description.
  constexpr std::size_t answer_bytes_max = 512 * 1024;
  counter::limits limits;
  limits.pipelined_max = 5;
  const std::time_t now = 0;
  const http::date date{now};
  static const http::v1::server_info server_info{"0", 1, {}, {.has_backups = true}};
  http::router router{server_info, {.remote = rights::scope_set::all()}};
  pipeline connection{limits, date, nullptr, &router.known_hosts()};
  http::loop_metrics metrics;
  http::dispatcher dispatcher{connection, router, metrics, from};
  history seen;
  std::vector<pending> waiting;
  bool has_ended = false;
  for (;;) {
    while (auto taken = dispatcher.next_call()) {
      auto& [command, request] = taken->submission;
      pending added{taken->slot, command.operation, std::string{command.name}};
      if (request)
        added.request = std::move(*request);
      else
        REQUIRE(counter::is_valid_name(added.name));
      REQUIRE(from.is_local || !added.request ||
              !std::holds_alternative<counter::backup_request>(*added.request));
      seen.asked.push_back(text_of(added));
      waiting.push_back(std::move(added));
    }
    const bool wants_input = connection.next_step(false) == step::read;
    std::set<http::response_queue::slot_type> slots;
    for (const auto& one : waiting)
      slots.insert(one.slot);
    REQUIRE(slots.size() <= limits.pipelined_max);
    REQUIRE(connection.output().size() <= counter::limits::output_bytes_max + answer_bytes_max);
    const auto sent = seed % 3 == 0
                          ? connection.output().size() / 2 + connection.output().size() % 2
                          : connection.output().size();
    seen.output += connection.output().substr(0, sent);
    connection.consume_output(sent);
    seed = seed * 1664525 + 1013904223;
    const bool answers_first = !waiting.empty() && (seed >> 24) % 2 == 0;
    if (!answers_first && wants_input && !bytes.empty()) {
      connection.feed(bytes.substr(0, piece));
      bytes.remove_prefix(std::min(piece, bytes.size()));
    } else if (!answers_first && wants_input && !has_ended) {
      has_ended = true;
      connection.feed_end();
    } else if (!waiting.empty()) {
      auto& chosen = waiting[(seed >> 16) % waiting.size()];
      if (chosen.request) {
        auto call = fuzz::completed(std::move(*chosen.request));
        dispatcher.complete(chosen.slot, {.call = &call});
      } else {
        const counter::command command{chosen.operation, chosen.name, 0};
        dispatcher.complete(chosen.slot, {command, {counter::outcome::ok, 7}});
      }
      waiting.erase(waiting.begin() + (&chosen - waiting.data()));
    } else if (sent == 0) {
      break;
    }
  }
  // Nothing is pending: every request has its response.
  REQUIRE(connection.awaits() == pipeline::awaited::nothing);
  REQUIRE(connection.output().empty());
  REQUIRE(connection.requests() == answers_in(seen.output));
  connection.shrink(0);
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2)
    return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 2, size - 2};
  const http::connection_info from{.is_local = data[0] < 128};
  const auto straight = run(bytes, from, bytes.size() + 1, 1);
  const auto cut = run(bytes, from, data[0] % 64u + 1, data[1]);
  // 400 and 431 are both right for the same bad header, so compare the calls and the number of
  // responses, not their text.
  REQUIRE(cut.asked == straight.asked);
  REQUIRE(answers_in(cut.output) == answers_in(straight.output));
  return 0;
}
