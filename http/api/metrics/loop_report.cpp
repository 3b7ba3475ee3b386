#include "http/api/metrics/loop_report.hpp"

#include "counter/limits.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace http {

namespace {

using loop_list = std::span<const loop_metrics* const>;
using metrics::kind;

/// Returns the sum of what `number(loop)` returns for each event loop.
template <class Number>
auto sum(loop_list loops, Number number) {
  decltype(number(*loops[0])) sum{};
  for (const auto* loop : loops)
    sum += number(*loop);
  return sum;
}

void report_requests(metrics::report& report, loop_list loops) {
  constexpr std::string_view classes[loop_metrics::status_classes] = {"2xx", "3xx", "4xx", "5xx"};
  auto& family = report.begin(kind::counter, "counterd_http_requests_total",
                              "Requests that were answered, by route and class of status.");
  auto add_path = [&](std::size_t index, std::string_view name) {
    for (std::size_t i = 0; i < loop_metrics::status_classes; ++i)
      family.add({{"route", std::string{name}}, {"class", std::string{classes[i]}}},
                 sum(loops, [&](const auto& loop) { return loop.requests[index][i].value(); }));
  };
  for (const auto& path : paths())
    add_path(path.index, path.path);
  add_path(loop_metrics::unrouted, "none");
}

void report_refusals(metrics::report& report, loop_list loops) {
  auto& family =
      report.begin(kind::counter, "counterd_http_refusals_total",
                   "Requests, and operations of batches, that were refused, by the code of the "
                   "problem. Messages that are no requests have none.");
  for (std::size_t i = 0; i < v1::codes; ++i)
    family.add({{"code", std::string{v1::text_of(static_cast<v1::code>(i))}}},
               sum(loops, [i](const auto& loop) { return loop.refusals[i].value(); }));
}

void report_latency(metrics::report& report, loop_list loops) {
  auto& family = report.begin(
      kind::histogram, "counterd_request_seconds",
      "How long requests took: via pass those answered in the pass that read them, with "
      "its length; via mailbox those that waited for a shard on another thread, from "
      "their last call to it.");
  family.add({{"via", "pass"}}, metrics::durations,
             sum(loops, [](const auto& loop) { return loop.prompt_seconds.values(); }));
  family.add({{"via", "mailbox"}}, metrics::durations,
             sum(loops, [](const auto& loop) { return loop.late_seconds.values(); }));
  report
      .begin(kind::histogram, "counterd_pass_seconds",
             "How long a pass of an event loop took, without the wait before it.")
      .add({}, metrics::durations,
           sum(loops, [](const auto& loop) { return loop.pass_seconds.values(); }));
}

/// Adds a counter of each event loop.
template <class Number>
void report_each(metrics::report& report, std::string_view name, std::string_view help,
                 loop_list loops, Number number) {
  std::vector<double> values;
  for (const auto* loop : loops)
    values.push_back(static_cast<double>(number(*loop)));
  report.add_each(kind::counter, name, help, "loop", values, counter::limits::series_max);
}

double busy_seconds(const loop_metrics& loop) {
  return static_cast<double>(loop.pass_seconds.values().sum) / metrics::durations.divisor;
}

double passes(const loop_metrics& loop) {
  double passes = 0;
  for (const auto count : loop.pass_seconds.values().counts)
    passes += static_cast<double>(count);
  return passes;
}

}  // namespace

void report_connections(metrics::report& report, loop_list loops) {
  constexpr std::string_view ends[connection_ends] = {"peer",  "answered", "idle", "timeout",
                                                      "error", "drain",    "shed"};
  report.add(kind::counter, "counterd_connections_accepted_total",
             "Connections that were accepted.",
             sum(loops, [](const auto& loop) { return loop.accepted_connections.value(); }));
  auto& ended = report.begin(kind::counter, "counterd_connections_closed_total",
                             "Connections that ended, by the reason.");
  for (std::size_t i = 0; i < connection_ends; ++i)
    ended.add({{"reason", std::string{ends[i]}}},
              sum(loops, [i](const auto& loop) { return loop.ended_connections[i].value(); }));
}

void report_streams(metrics::report& report, loop_list loops) {
  report.add(kind::counter, "counterd_stream_events_total",
             "Events that streams were sent, but pings.",
             sum(loops, [](const auto& loop) { return loop.stream_events.value(); }));
  report.add(kind::counter, "counterd_streams_refused_total",
             "Streams that were sent away, for want of room.",
             sum(loops, [](const auto& loop) { return loop.refused_streams.value(); }));
}

void report_loops(metrics::report& report, loop_list loops) {
  report_requests(report, loops);
  report_refusals(report, loops);
  report.add(kind::counter, "counterd_http_received_bytes_total", "Bytes that peers have sent.",
             sum(loops, [](const auto& loop) { return loop.received_bytes.value(); }));
  report.add(kind::counter, "counterd_http_sent_bytes_total", "Bytes that peers were sent.",
             sum(loops, [](const auto& loop) { return loop.sent_bytes.value(); }));
  report_latency(report, loops);
  report_each(report, "counterd_loop_busy_seconds_total", "Time that an event loop did not wait.",
              loops, &busy_seconds);
  report_each(report, "counterd_loop_passes_total", "Passes of an event loop.", loops, &passes);
  report_each(report, "counterd_loop_behind_total",
              "Passes that left ready connections to the next one.", loops,
              [](const auto& loop) { return loop.passes_behind.value(); });
}

}  // namespace http
