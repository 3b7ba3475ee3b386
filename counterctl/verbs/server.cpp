#include "counterctl/verbs/server.hpp"

#include "counterctl/failure.hpp"
#include "counterctl/formats/answers.hpp"
#include "counterctl/formats/statistics.hpp"

#include <cmath>
#include <cstdio>
#include <iostream>
#include <thread>

namespace counterctl {

namespace {

using clock = std::chrono::steady_clock;

// Copying many counters takes its time.
constexpr std::chrono::minutes backup_timeout{10};
constexpr std::chrono::milliseconds ping_pace{100};
constexpr std::chrono::milliseconds ping_min{1000};  // for an answer, however short --wait is

std::string number_text(double number, const char* format) {
  char text[64];
  std::snprintf(text, sizeof text, format, number);
  return text;
}

/// A number without a fraction exactly, any other with six digits.
std::string number_text(double number) {
  return number_text(number,
                     number == std::floor(number) && std::abs(number) < 1e15 ? "%.0f" : "%g");
}

std::string latency_text(const std::optional<double>& seconds) {
  return seconds ? number_text(*seconds * 1000, "%.3g ms") : "-";
}

/// What the server has done between two answers, and how it is.
std::vector<std::string> cells_between(const statistics& before, const statistics& now,
                                       double seconds) {
  const auto rate = [&](std::string_view name, std::string_view label = {},
                        std::string_view value = {}) {
    // After a restart it counts from 0.
    const auto total = now.sum(name, label, value);
    const auto last = before.sum(name, label, value);
    return (total >= last ? total - last : total) / seconds;
  };
  const auto latency = [&](double share) {
    return latency_text(now.quantile(before, "counterd_request_seconds", share));
  };
  return {number_text(rate("counterd_http_requests_total"), "%.0f"),
          number_text(rate("counterd_http_requests_total", "class", "5xx"), "%.0f"),
          latency(0.5),
          latency(0.99),
          number_text(now.sum("counterd_connections")),
          number_text(now.sum("counterd_streams")),
          number_text(now.sum("counterd_counters")),
          number_text(rate("process_cpu_seconds_total") * 100, "%.0f"),
          number_text(now.sum("process_resident_memory_bytes") / (1024 * 1024), "%.0f")};
}

exit_code follow_stats(context& context, std::chrono::milliseconds interval) {
  auto rows = context.print({{"  REQ/S", true},
                             {"ERR/S", true},
                             {"    P50", true},
                             {"    P99", true},
                             {"CONN", true},
                             {"STREAMS", true},
                             {" COUNTERS", true},
                             {"CPU%", true},
                             {"MIB", true}});
  auto before =
      statistics::parse(context.ask({.target = "/v1/stats", .answer = {answer_kind::stats}}).body);
  auto then = clock::now();
  for (;;) {
    std::this_thread::sleep_until(then + interval);
    const auto body = context.ask({.target = "/v1/stats", .answer = {answer_kind::stats}}).body;
    auto now = statistics::parse(body);
    const auto seconds = std::chrono::duration<double>(clock::now() - then).count();
    then = clock::now();
    rows.add(cells_between(before, now, seconds), body);
    rows.flush();
    check_output();
    before = std::move(now);
  }
}

}  // namespace

exit_code info(context& context) {
  const auto body = context.ask({.target = "/v1/info", .answer = {answer_kind::info}}).body;
  auto rows = context.print({{"NAME"}, {"VALUE"}});
  if (context.is(output_format::json)) {
    rows.add({}, body);
    return exit_code::done;
  }
  for (const auto& [name, value] : flatten(body))
    rows.add({name, value}, {});
  return exit_code::done;
}

exit_code stats(context& context, std::chrono::milliseconds interval) {
  if (interval.count() > 0)
    return follow_stats(context, interval);
  const auto body = context.ask({.target = "/v1/stats", .answer = {answer_kind::stats}}).body;
  auto rows = context.print({{"NAME"}, {"VALUE", true}});
  if (context.is(output_format::json)) {
    rows.add({}, body);
    return exit_code::done;
  }
  const auto now = statistics::parse(body);
  for (const auto& series : now.all())
    if (!series.name.ends_with("_bucket"))
      rows.add({series.name + labels_text(series), number_text(series.value)}, {});
  return exit_code::done;
}

exit_code backup(context& context, const std::string& name) {
  request request{.method = "POST",
                  .target = "/v1/admin/backup",
                  .body = R"({"name":)" + quote_json(name) + "}",
                  .is_write = true,
                  .answer = {answer_kind::backup}};
  context.set_recovery([] { return "look into the server's directory before you make it again"; });
  const auto response = context.ask_once(
      request,
      std::max<std::chrono::milliseconds>(backup_timeout, context.settings().server.timeout));
  auto rows = context.print({{"PATH"}});
  rows.add({member_of(response.body, "path")}, response.body);
  return exit_code::done;
}

exit_code ping(context& context, bool is_live, std::chrono::milliseconds patience) {
  const auto& server = context.settings().server;
  const auto address = to_text(server.address);
  const auto* state = is_live ? "live" : "ready";
  const request request{.target = is_live ? "/livez" : "/readyz"};
  const auto end = clock::now() + patience;
  for (;;) {
    const auto begin = clock::now();
    const auto limit =
        patience.count() > 0 ? std::max(end, begin + ping_min) : begin + server.timeout;
    std::string reason;
    try {
      const auto response =
          context.client().connection().exchange(request, std::min(limit, begin + server.timeout));
      if (response.is_success() && response.body.starts_with("ok")) {
        const auto time = std::chrono::duration<double>(clock::now() - begin).count();
        auto rows = context.print({{"SERVER"}, {"STATE"}, {"TIME", true, false}});
        rows.add({address, state, latency_text(time)},
                 R"({"server":)" + quote_json(address) + R"(,"state":")" + state + "\"}");
        return exit_code::done;
      }
      // What follows will not change.
      if (response.is_success())
        throw failure{exit_code::refused, address + ": this is no counterd"};
      if (response.status < 500)
        throw failure{exit_code::refused,
                      address + ": " + describe(response.status, problem_of(response.body), {})};
      reason = "not " + std::string{state} + ": status " + std::to_string(response.status);
    } catch (const connection_error& error) {
      reason = error.what();
    } catch (const unreachable& error) {
      throw failure{exit_code::unreachable, address + ": " + error.what()};
    }
    if (clock::now() + ping_pace >= end)
      throw failure{exit_code::unreachable, reason.insert(0, ": ").insert(0, address)};
    std::this_thread::sleep_for(ping_pace);
  }
}

}  // namespace counterctl
