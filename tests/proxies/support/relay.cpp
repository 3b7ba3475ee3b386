#include "tests/proxies/support/relay.hpp"

#include "tests/proxies/support/sockets.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace support {

namespace {

constexpr int poll_milliseconds = 20;

/// Returns false if the peer does not take them all.
bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// Returns the bytes that have arrived; empty at the end of the stream.
std::string receive_some(int socket) {
  std::string bytes(64 * 1024, '\0');
  const auto count = recv(socket, bytes.data(), bytes.size(), 0);
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return bytes;
}

}  // namespace

relay::relay(std::uint16_t server_port) : server_port_(server_port) {
  listener_ = bound_socket();
  port_ = port_of(listener_);
  listen(listener_, SOMAXCONN);
  thread_ = std::thread{[this] { run(); }};
}

relay::~relay() {
  stops_ = true;
  thread_.join();
  for (const auto& pair : pairs_) {
    close(pair.proxy);
    close(pair.server);
  }
  close(listener_);
}

words relay::requests() const {
  const std::lock_guard lock{mutex_};
  return requests_;
}

void relay::run() {
  while (!stops_) {
    std::vector<pollfd> sockets{{listener_, POLLIN, 0}};
    for (const auto& pair : pairs_) {
      sockets.push_back({pair.has_proxy_ended ? -1 : pair.proxy, POLLIN, 0});
      sockets.push_back({pair.has_server_ended ? -1 : pair.server, POLLIN, 0});
    }
    if (poll(sockets.data(), sockets.size(), poll_milliseconds) <= 0)
      continue;
    std::vector<connection_pair> open;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      auto& pair = pairs_[i];
      if ((sockets[2 * i + 2].revents == 0 || forward_response(pair)) &&
          (sockets[2 * i + 1].revents == 0 || forward_request(pair)) &&
          !(pair.has_proxy_ended && pair.has_server_ended)) {
        open.push_back(std::move(pair));
        continue;
      }
      close(pair.proxy);
      close(pair.server);
    }
    pairs_.swap(open);
    if (sockets[0].revents != 0)
      accept_pair();
  }
}

void relay::accept_pair() {
  const int proxy = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (proxy < 0)
    return;
  ++connections_;
  int server = connected_socket(server_port_);
  for (; server < 0 && !stops_; server = connected_socket(server_port_))
    std::this_thread::sleep_for(std::chrono::milliseconds{poll_milliseconds});
  if (server < 0) {
    close(proxy);
    return;
  }
  set_options(proxy);
  set_options(server);
  pairs_.push_back({proxy, server});
}

bool relay::forward_request(connection_pair& pair) {
  const auto bytes = receive_some(pair.proxy);
  if (bytes.empty()) {
    pair.has_proxy_ended = true;
    shutdown(pair.server, SHUT_WR);
    return true;
  }
  if (!pair.is_within_request) {
    pair.line += bytes;
    if (const auto end = pair.line.find("\r\n"); end != std::string::npos) {
      const std::lock_guard lock{mutex_};
      requests_.push_back(pair.line.substr(0, pair.line.rfind(' ', end)));
      pair.line.clear();
      pair.is_within_request = true;
    }
  }
  return send_all(pair.server, bytes);
}

bool relay::forward_response(connection_pair& pair) {
  const auto bytes = receive_some(pair.server);
  if (bytes.empty()) {
    pair.has_server_ended = true;
    shutdown(pair.proxy, SHUT_WR);
    return true;
  }
  pair.is_within_request = false;
  return !lost_.exchange(false) && send_all(pair.proxy, bytes);
}

}  // namespace support
