#pragma once

#include "http/net/transport.hpp"

#include <utility>

namespace http {

/// A connected TCP socket. Not an Asio socket: Asio's reactor would register every connection and
/// take part in every wait, which ready_set does already.
class socket_transport final : public transport {
public:
  /// Takes ownership of `descriptor`, a connected, non-blocking socket.
  explicit socket_transport(int descriptor) noexcept : descriptor_(descriptor) {}
  ~socket_transport() override { close(); }

  socket_transport(const socket_transport&) = delete;
  socket_transport& operator=(const socket_transport&) = delete;

  result read(std::span<char> buffer) noexcept override;
  result write(std::string_view bytes, bool is_last) noexcept override;
  void shutdown_send() noexcept override;
  std::size_t unacknowledged() const noexcept override;
  void close() noexcept override;
  bool is_open() const noexcept override { return descriptor_ >= 0; }
  int descriptor() const noexcept override { return descriptor_; }

private:
  int descriptor_;
};

}  // namespace http
