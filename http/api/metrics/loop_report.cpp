#include "http/api/metrics/loop_report.hpp"

#include "counter/limits.hpp"

#include <string>
#include <string_view>

namespace http {

namespace {

using loop_list = std::span<const loop_metrics* const>;
using metrics::kind;

/// Returns the sum of a number over the event loops; `number(loop)` returns it.
template <class Number>
std::uint64_t sum(loop_list loops, Number number) {
  std::uint64_t sum = 0;
  for (const auto* loop : loops)
    sum += number(*loop).value();
  return sum;
}

template <class Histogram>
metrics::histogram_values merge(loop_list loops, Histogram histogram) {
  metrics::histogram_values merged;
  for (const auto* loop : loops)
    merged += histogram(*loop).values();
  return merged;
}

void report_requests(metrics::report& report, loop_list loops) {
  constexpr std::string_view classes[loop_metrics::status_classes] = {"2xx", "3xx", "4xx", "5xx"};
  auto& family = report.begin(kind::counter, "counterd_http_requests_total",
                              "Requests that were answered, by route and class of status.");
  auto add_path = [&](std::size_t index, std::string_view name) {
    for (std::size_t i = 0; i < loop_metrics::status_classes; ++i)
      family.add({{"route", std::string{name}}, {"class", std::string{classes[i]}}},
                 sum(
                     loops, [&](const auto& loop) -> auto& { return loop.requests[index][i]; }));
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
               sum(
                   loops, [i](const auto& loop) -> auto& { return loop.refusals[i]; }));
}

void report_latency(metrics::report& report, loop_list loops) {
  auto& family = report.begin(
      kind::histogram, "counterd_request_seconds",
      "How long requests took: via pass those answered in the pass that read them, with "
      "its length; via mailbox those that waited for a shard on another thread, from "
      "their last call to it.");
  family.add({{"via", "pass"}}, metrics::durations,
             merge(
                 loops, [](const auto& loop) -> auto& { return loop.prompt_seconds; }));
  family.add({{"via", "mailbox"}}, metrics::durations,
             merge(
                 loops, [](const auto& loop) -> auto& { return loop.late_seconds; }));
  report
      .begin(kind::histogram, "counterd_pass_seconds",
             "How long a pass of an event loop took, without the wait before it.")
      .add({}, metrics::durations,
           merge(
               loops, [](const auto& loop) -> auto& { return loop.pass_seconds; }));
}

/// Adds a counter of each event loop; all together if there are many.
template <class Number>
void report_each(metrics::report& report, std::string_view name, std::string_view help,
                 loop_list loops, Number number) {
  auto& family = report.begin(kind::counter, name, help);
  double all = 0;
  for (std::size_t i = 0; i < loops.size(); ++i) {
    const auto value = static_cast<double>(number(*loops[i]));
    all += value;
    if (loops.size() <= counter::limits::series_max)
      family.add({{"loop", std::to_string(i)}}, value);
  }
  if (family.samples.empty())
    family.add({{"loop", "all"}}, all);
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
             sum(
                 loops, [](const auto& loop) -> auto& { return loop.accepted_connections; }));
  auto& ended = report.begin(kind::counter, "counterd_connections_closed_total",
                             "Connections that ended, by the reason.");
  for (std::size_t i = 0; i < connection_ends; ++i)
    ended.add({{"reason", std::string{ends[i]}}},
              sum(
                  loops, [i](const auto& loop) -> auto& { return loop.ended_connections[i]; }));
}

void report_loops(metrics::report& report, loop_list loops) {
  report_requests(report, loops);
  report_refusals(report, loops);
  report.add(kind::counter, "counterd_http_received_bytes_total", "Bytes that peers have sent.",
             sum(
                 loops, [](const auto& loop) -> auto& { return loop.received_bytes; }));
  report.add(kind::counter, "counterd_http_sent_bytes_total", "Bytes that peers were sent.",
             sum(
                 loops, [](const auto& loop) -> auto& { return loop.sent_bytes; }));
  report_latency(report, loops);
  report_each(report, "counterd_loop_busy_seconds_total", "Time that an event loop did not wait.",
              loops, &busy_seconds);
  report_each(report, "counterd_loop_passes_total", "Passes of an event loop.", loops, &passes);
  report_each(report, "counterd_loop_behind_total",
              "Passes that left ready connections to the next one.", loops,
              [](const auto& loop) { return loop.passes_behind.value(); });
}

}  // namespace http
