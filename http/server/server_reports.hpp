#pragma once

#include "counter/limits.hpp"
#include "counter/store/store.hpp"
#include "http/api/health/server_health.hpp"
#include "http/api/live/stream_budget.hpp"
#include "http/api/metrics/loop_metrics.hpp"
#include "http/protocol/body_budget.hpp"
#include "http/server/connection_counts.hpp"
#include "metrics/family.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace http {

/// Collects what a server reports to its operators. Filled before the event loops run; report() is
/// thread-safe from then on.
class server_reports {
public:
  /// `version` is that of the program. Borrows the rest; `connections` are those of clients.
  server_reports(std::string_view version, const counter::limits& limits,
                 const counter::store& store, const server_health& health,
                 const connection_counts& connections, const live::stream_budget& streams)
      : version_(version),
        limits_(limits),
        store_(store),
        health_(health),
        connections_(connections),
        streams_(streams) {}

  /// Adds the numbers of an event loop and its bodies, borrowed. The connections of operators count
  /// nowhere.
  void add(const loop_metrics& loop, const body_budget& bodies, audience serves) {
    loops_.push_back(&loop);
    if (serves == audience::clients)
      clients_loops_.push_back(&loop);
    bodies_.push_back(&bodies);
  }

  /// Adds a source of further families. `add` is thread-safe and does not block.
  void add_source(std::function<void(metrics::report&)> source) {
    sources_.push_back(std::move(source));
  }

  /// Returns all numbers as they are now. Does not block.
  metrics::report report() const;

private:
  const std::string version_;
  const counter::limits& limits_;
  const counter::store& store_;
  const server_health& health_;
  const connection_counts& connections_;
  const live::stream_budget& streams_;
  std::vector<const loop_metrics*> loops_;
  std::vector<const loop_metrics*> clients_loops_;
  std::vector<const body_budget*> bodies_;
  std::vector<std::function<void(metrics::report&)>> sources_;
};

}  // namespace http
