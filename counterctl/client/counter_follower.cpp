#include "counterctl/client/counter_follower.hpp"

#include "counterctl/client/retry_policy.hpp"

#include <algorithm>
#include <charconv>
#include <thread>
#include <utility>

namespace counterctl {

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// The server sends something every 15 s.
constexpr std::chrono::seconds silence_max{40};
constexpr milliseconds default_retry{2000};
constexpr milliseconds retry_max{60'000};

milliseconds parse_retry(const std::string& text) {
  milliseconds::rep number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0)
    return default_retry;
  return std::min(retry_max, milliseconds{number});
}

}  // namespace

counter_follower::counter_follower(client& client, std::string target)
    : client_(client),
      target_(std::move(target)),
      retry_(default_retry) {}

void counter_follower::run(const stream_handlers& handlers) {
  const auto end_of_first = clock::now() + client_.settings().timeout;
  bool was_there = false;
  for (unsigned failures = 0;;) {
    std::string reason = "the server has ended the stream";
    has_begun_ = is_busy_ = false;
    try {
      if (!read_stream(handlers))
        return;
    } catch (const connection_error& error) {
      reason = error.what();
    }
    was_there |= has_begun_ || is_busy_;
    failures = has_begun_ ? 0 : failures + 1;
    if (is_busy_)
      reason = "the server has too many streams";
    const auto pause = has_begun_ || is_busy_ ? retry_ : pause_before(failures, 0.5, {});
    if (!was_there && clock::now() + pause >= end_of_first)
      throw unreachable{reason};
    if (was_there)
      handlers.on_wait(reason);
    std::this_thread::sleep_for(pause);
  }
}

/// Returns false if the handler ends it.
bool counter_follower::read_stream(const stream_handlers& handlers) {
  auto& connection = client_.connection();
  connection.close();
  retry_ = default_retry;
  auto response = connection.open_stream(target_, clock::now() + client_.settings().timeout);
  if (response.status != 200) {
    if (judge(response.status, {}) == verdict::settled)
      throw stream_refused{std::move(response)};
    throw connection_error{"the server answers with status " + std::to_string(response.status),
                           true};
  }
  event_parser parser;
  bool goes_on = true;
  while (goes_on) {
    const auto bytes = connection.read_stream(clock::now() + silence_max);
    if (bytes.empty())
      return true;
    parser.feed(bytes,
                [&](const server_event& event) { goes_on = goes_on && take(event, handlers); });
    handlers.on_pause();
  }
  connection.close();
  return false;
}

bool counter_follower::take(const server_event& event, const stream_handlers& handlers) {
  if (!event.retry.empty())
    retry_ = parse_retry(event.retry);
  if (event.type == "busy") {
    is_busy_ = true;
    return true;
  }
  if (event.type == "ping" || (event.type.empty() && event.data.empty()))
    return true;
  if (!std::exchange(has_begun_, true))
    handlers.on_begin();
  return handlers.on_event(event);
}

}  // namespace counterctl
