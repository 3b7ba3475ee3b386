#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace counterctl {

/// A connected socket, with TLS or without, for Asio's and Beast's operations (it is an
/// AsyncReadStream and an AsyncWriteStream). It has an event loop of its own, which runs only
/// inside of complete(): one operation at a time, with a deadline. Used by one thread.
class byte_stream {
public:
  using protocol = boost::asio::generic::stream_protocol;
  using executor_type = boost::asio::io_context::executor_type;
  using time_point = std::chrono::steady_clock::time_point;
  using error_code = boost::system::error_code;

  explicit byte_stream(boost::asio::io_context& loop) : loop_(loop), socket_(loop) {}

  executor_type get_executor() noexcept { return loop_.get_executor(); }
  bool is_open() const noexcept { return socket_.is_open(); }

  /// Connects. Returns the error if that fails.
  error_code connect(const protocol::endpoint& endpoint, time_point deadline);
  /// Does the TLS handshake, and verifies that the certificate is the host's. Throws
  /// std::runtime_error if TLS cannot be set up.
  error_code secure(const std::string& host, time_point deadline);
  /// Returns why secure() has refused the server's certificate; empty if it has not.
  const std::string& certificate_problem() const noexcept { return certificate_problem_; }
  void close() noexcept;

  /// Returns true if the peer has closed an idle connection, or has sent what nobody asked for.
  bool is_stale();

  /// Starts an operation, whose handler takes an error_code first, and waits for its end. When the
  /// deadline passes, closes the connection and returns timed_out.
  template <class Start>
  error_code complete(Start start, time_point deadline) {
    std::optional<error_code> result;
    start([&result](error_code error, auto&&...) { result = error; });
    loop_.restart();
    loop_.run_until(deadline);
    if (result)
      return *result;
    close();
    loop_.run();  // the handler refers to `result`
    return boost::asio::error::timed_out;
  }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    if (tls_)
      tls_->async_read_some(buffers, std::forward<Handler>(handler));
    else
      socket_.async_read_some(buffers, std::forward<Handler>(handler));
  }

  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    if (tls_)
      tls_->async_write_some(buffers, std::forward<Handler>(handler));
    else
      socket_.async_write_some(buffers, std::forward<Handler>(handler));
  }

private:
  using socket = boost::asio::basic_stream_socket<protocol, executor_type>;

  boost::asio::io_context& loop_;
  socket socket_;
  std::optional<boost::asio::ssl::context> authorities_;
  std::optional<boost::asio::ssl::stream<socket&>> tls_;
  std::string certificate_problem_;
};

}  // namespace counterctl
