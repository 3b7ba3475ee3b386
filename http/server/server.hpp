#pragma once

#include "counter/limits.hpp"
#include "counter/store/store.hpp"
#include "http/api/audience.hpp"
#include "metrics/family.hpp"
#include "rights/access_policy.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace http {

/// The HTTP server: event loops, each on its own thread, in front of a store.
///
/// Order of calls: listen() or adopt() for each address, start(), begin_leaving() if there is time,
/// stop().
class server {
public:
  /// `threads` is 1 to limits::threads_max; `version` is that of the program. Borrows `limits` and
  /// `store`. Throws boost::system::system_error if the kernel is out of descriptors.
  server(std::string_view version, const counter::limits& limits,
         const rights::access_policy& policy, unsigned threads, counter::store& store);

  /// Adds to what the server reports in /metrics. `add` is thread-safe and does not block.
  void add_report(std::function<void(metrics::report&)> add);

  /// Calls stop(). The store must be closed before, as its batches return to the loops.
  ~server();

  /// Listens on every address of `host`; port 0 picks a free port. Returns the addresses as
  /// `IP:PORT` or `[IP]:PORT`. Connections wait for start(). Those for operators get a loop of
  /// their own, which serves only /metrics, health and /v1/admin/, with up to
  /// limits::operators_connections_max connections: whatever happens to the other loops, it
  /// responds. Throws as open_tcp_endpoints() does.
  std::vector<std::string> listen(audience whom, const std::string& host, const std::string& port);

  /// Does the same on a Unix socket. Returns `unix:PATH`. Throws as open_unix_endpoint() does.
  std::string listen(audience whom, const std::string& path);

  /// Does the same on a socket of a service manager, which it owns from now on. Returns its address
  /// in one of these forms. Throws as adopt_endpoint() does.
  std::string adopt(audience whom, int descriptor);

  /// Starts the threads. Throws std::system_error if the system refuses one.
  void start();

  /// Tells balancers, by /readyz, that the server stops, and ends the connections evenly over
  /// `delay`. Accepts others all the same.
  void begin_leaving(std::chrono::milliseconds delay);

  /// Replaces the policy: each loop uses the new one for its next requests, and closes no
  /// connection. Returns true when all loops do, and false after limits::policy_patience: those
  /// that are busy will. Thread-safe, from start() to stop().
  bool set_policy(const rights::access_policy& policy);

  /// Returns what /livez says. Thread-safe.
  bool is_live() const;

  /// Stops accepting, responds to the requests received so far, closes all connections and joins
  /// the threads. Connections still open after limits::drain_timeout are closed at once. Does
  /// nothing if stopped already.
  void stop();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace http
