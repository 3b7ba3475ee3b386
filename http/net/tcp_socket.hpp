#pragma once

#include "http/net/peer.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

namespace http {

/// A connected TCP socket that never blocks. It is not Asio's, whose reactor
/// would be told of every connection and asked before every wait: see
/// ready_set.
class tcp_socket {
public:
  using error_code = boost::system::error_code;

  /// Takes over the descriptor; below 0 is none.
  explicit tcp_socket(int descriptor = -1, http::peer peer = http::peer::remote) noexcept
      : descriptor_(descriptor),
        peer_(peer) {}
  tcp_socket(tcp_socket&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)),
        peer_(other.peer_) {}
  tcp_socket& operator=(tcp_socket&&) = delete;
  ~tcp_socket() { close(); }

  bool is_open() const noexcept { return descriptor_ >= 0; }
  int descriptor() const noexcept { return descriptor_; }
  http::peer peer() const noexcept { return peer_; }

  /// What is there, up to the size of `buffer`. No bytes and no error: the peer
  /// sends nothing more. Nothing there: would_block.
  std::size_t read(std::span<char> buffer, error_code& error) noexcept;

  /// As much as there is room for; none: would_block. What is said to be the
  /// last of all leaves with the end of the connection: shut it down or close it
  /// once all is written.
  std::size_t write(std::string_view bytes, bool is_last, error_code& error) noexcept;

  /// What was written and the peer has not acknowledged (SIOCOUTQ, tcp(7)).
  std::size_t unacknowledged() const noexcept;

  void shutdown_send() noexcept;
  void close() noexcept;

private:
  int descriptor_;
  const http::peer peer_;
};

}  // namespace http
