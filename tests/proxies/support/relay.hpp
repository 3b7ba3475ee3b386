#pragma once

#include "tests/server/support/server_process.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace support {

/// Forwards connections on a free loopback port to a server, and records what passes. While
/// no server runs, connections wait for one, as with a socket of systemd.
/// Thread-safe. It runs on its own thread from construction to destruction.
class relay {
public:
  explicit relay(std::uint16_t server_port);
  ~relay();
  relay(const relay&) = delete;
  relay& operator=(const relay&) = delete;

  std::uint16_t port() const { return port_; }

  /// Returns the number of connections so far.
  int connections() const { return connections_; }

  /// Returns the request lines so far, without their version: `GET /inc?name=x`.
  words requests() const;

  /// Loses the next response: when its first bytes arrive, the server has carried out the
  /// request, and both connections are closed.
  void lose_response() { lost_ = true; }

private:
  struct connection_pair {
    int proxy;
    int server;
    bool has_proxy_ended = false;
    bool has_server_ended = false;
    std::string line{};              ///< of the request that is arriving
    bool is_within_request = false;  ///< its line is complete, its response has not begun
  };

  void run();
  void accept_pair();
  /// Moves the bytes that have arrived, or the end of the stream. Returns false when the
  /// pair is to be closed.
  bool forward_request(connection_pair& pair);
  bool forward_response(connection_pair& pair);

  const std::uint16_t server_port_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::vector<connection_pair> pairs_;
  std::atomic<int> connections_ = 0;
  std::atomic<bool> lost_ = false;
  std::atomic<bool> stops_ = false;
  mutable std::mutex mutex_;  // guards `requests_`
  words requests_;
  std::thread thread_;
};

}  // namespace support
