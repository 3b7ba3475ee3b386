#pragma once

#include "counter/call.hpp"
#include "counter/command.hpp"
#include "counter/limits.hpp"
#include "http/api/dispatcher.hpp"
#include "http/protocol/date.hpp"
#include "http/protocol/pipeline.hpp"
#include "http/protocol/request.hpp"
#include "http/protocol/request_parser.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace unit {

/// One HTTP/1.1 request without a body; `fields` are whole lines.
inline std::string request(std::string_view method, std::string_view target,
                           std::string_view fields = "") {
  return std::string{method} + " " + std::string{target} + " HTTP/1.1\r\nHost: localhost\r\n" +
         std::string{fields} + "\r\n";
}

/// Parses a request, which is complete.
inline http::request parsed(std::string_view text) {
  http::request_parser parser;
  parser.parse(text);
  REQUIRE(parser.state() == http::parse_state::complete);
  return parser.request();
}

inline std::string get(std::string_view target, std::string_view fields = "") {
  return request("GET", target, fields);
}

/// A response as the peer reads it.
struct answer {
  int status = 0;
  std::string header;  ///< from the status line to the empty line
  std::string body;

  bool has(std::string_view field) const {
    return header.find("\r\n" + std::string{field} + "\r\n") != header.npos;
  }
  bool closes() const { return has("Connection: close"); }
};

/// Takes `bytes` apart into responses, by Content-Length. What is not a whole
/// response is one of status 0.
inline std::vector<answer> answers_in(std::string_view bytes) {
  std::vector<answer> answers;
  while (!bytes.empty()) {
    answer next;
    const auto end = bytes.find("\r\n\r\n");
    if (!bytes.starts_with("HTTP/1.1 ") || end == bytes.npos) {
      answers.push_back({0, std::string{bytes}, {}});
      break;
    }
    next.header = bytes.substr(0, end + 4);
    next.status = std::stoi(next.header.substr(9, 3));
    bytes.remove_prefix(end + 4);
    constexpr std::string_view length = "\r\nContent-Length: ";
    if (const auto found = next.header.find(length); found != next.header.npos)
      next.body = bytes.substr(0, std::stoul(next.header.substr(found + length.size())));
    bytes.remove_prefix(next.body.size());
    answers.push_back(std::move(next));
  }
  return answers;
}

/// What a session and its peer do to a pipeline and its dispatcher, with a store that
/// replies when it is told to.
class connection {
public:
  explicit connection(const counter::limits& limits = {},
                      http::connection_info info = {.is_local = true},
                      const http::v1::server_info& server_info = {})
      : limits_(limits),
        server_info_(server_info),
        pipeline(limits_, date_, nullptr, &router_->known_hosts()),
        dispatcher_(pipeline, *router_, metrics, info) {}

  struct pending {
    http::response_queue::slot_type slot;
    counter::operation operation;
    std::string name;
    std::int64_t operand;
    std::optional<counter::request> request{};  ///< what is asked in place of a command
  };

  /// The peer sends; returns the commands that are taken.
  std::vector<pending> feed(std::string_view bytes) {
    // Gone when the call is over, as a read buffer is.
    const std::vector<char> copy(bytes.begin(), bytes.end());
    pipeline.feed({copy.data(), copy.size()});
    return advance();
  }

  std::vector<pending> feed_end() {
    pipeline.feed_end();
    return advance();
  }

  std::vector<pending> advance() {
    std::vector<pending> taken;
    while (const auto next = dispatcher_.next_call()) {
      const auto& [command, request] = next->submission;
      taken.push_back({next->slot, command.operation, std::string{command.name}, command.operand,
                       request ? std::optional{*request} : std::nullopt});
    }
    pipeline.next_step(false);
    return taken;
  }

  /// The store answers.
  void complete(const pending& which, const counter::reply& reply = {}) {
    dispatcher_.complete(which.slot, {{which.operation, which.name, which.operand}, reply});
  }

  /// A shard answers a question; returns what is taken then.
  std::vector<pending> answer_to(const pending& which, counter::response response) {
    counter::call answered{which.request.value()};
    answered.response = std::move(response);
    dispatcher_.complete(which.slot, {.call = &answered});
    return advance();
  }

  /// The peer reads all there is.
  std::string take_output() {
    const std::string output{pipeline.output()};
    pipeline.consume_output(output.size());
    return output;
  }

  std::vector<answer> take_answers() { return answers_in(take_output()); }

  /// What the pipeline needs next, while its peer reads nothing.
  http::pipeline::step next_step() { return pipeline.next_step(false); }
  bool wants_input() { return next_step() == http::pipeline::step::read; }

  void shrink(std::size_t kept_bytes) { pipeline.shrink(kept_bytes); }

  /// Frees what the connections of a loop share.
  void renew_router() { router_.emplace(server_info_, policy_); }

private:
  const counter::limits limits_;
  const std::time_t now_ = 0;
  const http::date date_{now_};
  const http::v1::server_info server_info_;
  // The hosts that the cases of tests/cases name.
  const rights::access_policy policy_{.browsers = {.hosts = {"a", "h"}}};
  std::optional<http::router> router_{std::in_place, server_info_, policy_};

public:
  http::loop_metrics metrics;
  http::pipeline pipeline;

private:
  http::dispatcher dispatcher_;
};

inline std::string bodies(const std::vector<answer>& answers) {
  std::string all;
  for (const auto& answer : answers)
    all += answer.body;
  return all;
}

/// Calls `feed` with the two parts of `text` before and after `split`, or with each byte of it if
/// `split` is behind its end.
template <class Feed>
void feed_split(std::string_view text, std::size_t split, Feed feed) {
  if (split <= text.size()) {
    feed(text.substr(0, split));
    feed(text.substr(split));
  } else {
    for (const char& byte : text)
      feed(std::string_view{&byte, 1});
  }
}

/// Nothing more is parsed, and what is left to do is to send and close.
inline void check_closed(connection& peer) {
  CHECK(peer.pipeline.awaits() == http::pipeline::awaited::nothing);
  CHECK_FALSE(peer.wants_input());
  CHECK(peer.feed(get("/inc?name=late")).empty());
  CHECK(peer.take_output() == "");
}

}  // namespace unit
