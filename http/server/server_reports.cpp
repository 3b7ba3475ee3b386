#include "http/server/server_reports.hpp"

#include "http/api/metrics/loop_report.hpp"
#include "http/api/metrics/store_report.hpp"

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>

namespace http {

namespace {

using metrics::kind;

void report_shed(metrics::report& report, const std::vector<const loop_metrics*>& loops,
                 const counter::store_statistics& store) {
  std::uint64_t connections = 0;
  std::uint64_t bodies = 0;
  for (const auto* loop : loops) {
    connections += loop->shed_connections.value();
    bodies += loop->shed_bodies.value();
  }
  const auto& operations = store.refused_operations;
  report
      .begin(kind::counter, "counterd_shed_total",
             "Connections, bodies and operations that were refused because there were too many.")
      .add({{"at", "connection"}}, connections)
      .add({{"at", "body"}}, bodies)
      .add({{"at", "mailbox"}},
           std::accumulate(operations.begin(), operations.end(), std::uint64_t{0}));
  auto& shed = report.begin(kind::counter, "counterd_shed_operations_total",
                            "Operations that were refused because their mailbox was too full, by "
                            "priority.");
  constexpr std::string_view names[counter::priorities] = {"bulk", "usual", "retry"};
  for (std::size_t i = 0; i < counter::priorities; ++i)
    shed.add({{"priority", std::string{names[i]}}}, operations[i]);
}

}  // namespace

metrics::report server_reports::report() const {
  const auto store = store_.statistics();
  const auto now = metrics::pulse::clock::now();
  metrics::report report;
  report.begin(kind::gauge, "counterd_build_info", "1, with the version in a label.")
      .add({{"version", version_}}, 1.0);
  report.add(kind::gauge, "counterd_ready", "1 when /readyz responds 200.",
             all_ok(readiness(health_, now, false)) ? 1 : 0);
  report.add(kind::gauge, "counterd_draining", "1 from SIGTERM on.", health_.is_draining ? 1 : 0);
  report_loops(report, loops_);
  report_connections(report, clients_loops_);
  report.add(kind::gauge, "counterd_connections", "Connections that are served.",
             connections_.served.count());
  report.add(kind::gauge, "counterd_connections_limit", "The connections that are served at most.",
             limits_.connections_max);
  report_streams(report, clients_loops_);
  report.add(kind::gauge, "counterd_streams", "Event streams that are open.", streams_.streams());
  report.add(kind::gauge, "counterd_streams_limit", "The event streams that are open at most.",
             limits_.streams());
  report.add(kind::gauge, "counterd_watched_counters", "Counters that they watch together.",
             streams_.watched());
  report.add(kind::gauge, "counterd_watched_counters_limit",
             "The counters that they watch together at most.", limits_.watched_max);
  std::size_t bytes = 0;
  for (const auto* budget : bodies_)
    bytes += budget->bytes();
  report.add(kind::gauge, "counterd_body_bytes",
             "Bytes of request bodies that are arriving, beyond 16 KiB of each.", bytes);
  report_shed(report, clients_loops_, store);
  report_store(report, store, limits_);
  for (const auto& add : sources_)
    add(report);
  return report;
}

}  // namespace http
