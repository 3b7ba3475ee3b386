#pragma once

#include "counter/limits.hpp"
#include "counter/shard/store.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace http {

/// The HTTP server: event loops, each on a thread, in front of a store. Used by
/// one thread.
class server {
public:
  /// `threads` is 1 to limits::threads_max. `limits` and `store` are borrowed;
  /// `version` is that of the program.
  server(std::string_view version, const counter::limits& limits, unsigned threads,
         counter::store& store);

  /// Stops. The store must be closed by then.
  ~server();

  /// Listens on every address that `host` has here; port 0 picks a free port. Returns the
  /// addresses as `IP:PORT` or `[IP]:PORT`. Nobody is answered before start().
  /// Throws boost::system::system_error.
  std::vector<std::string> listen(const std::string& host, const std::string& port);

  void start();

  /// Accepts nothing more, answers what is under way, and waits for the threads
  /// to end: at most limits::drain_timeout.
  void stop();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace http
