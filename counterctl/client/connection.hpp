#pragma once

#include "counterctl/client/request.hpp"
#include "counterctl/client/response.hpp"
#include "counterctl/client/server_address.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

namespace counterctl {

/// There is no answer, nothing has changed, and to try again is of no use.
struct unreachable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// An exchange that has not come to its end. The connection is closed.
class connection_error : public std::runtime_error {
public:
  connection_error(const std::string& reason, bool was_sent)
      : std::runtime_error(reason),
        was_sent_(was_sent) {}

  /// True if the server may have received the request.
  bool was_sent() const noexcept { return was_sent_; }

private:
  bool was_sent_;
};

/// A connection to the server, which is opened when it is needed and stays open between exchanges
/// (RFC 9112 section 9.3). HTTP/1.1 over TCP, TLS or a Unix socket. A server's certificate must be
/// valid for its name by the system's authorities, or by those that SSL_CERT_FILE names. Used by
/// one thread. Every function throws connection_error when its deadline has passed,
/// and unreachable if the server's certificate is refused.
class connection {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `token`, unless empty, is sent with each request.
  connection(const server_address& address, const std::string& token);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Sends a request and returns its response. A response of more than 64 MiB is an error.
  response exchange(const request& request, time_point deadline);

  /// Sends a GET whose response does not end, and returns its status; then read_stream() returns
  /// its body, part by part. With another status than 200, returns the whole response.
  response open_stream(const std::string& target, time_point deadline);
  /// Returns the next bytes of the stream; empty: it has ended.
  std::string read_stream(time_point deadline);

  void close() noexcept;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace counterctl
