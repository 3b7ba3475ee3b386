#include "http/net/socket_transport.hpp"

#include <cerrno>

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

namespace http {

namespace {

/// Repeats a system call while signals interrupt it.
template <class Call>
ssize_t uninterrupted(Call call) noexcept {
  ssize_t result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

bool would_block() noexcept {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

}  // namespace

transport::result socket_transport::read(std::span<char> buffer) noexcept {
  const auto bytes =
      uninterrupted([&] { return ::recv(descriptor_, buffer.data(), buffer.size(), 0); });
  if (bytes < 0)
    return {0, would_block() ? status::wants_read : status::error};
  if (bytes == 0)
    return {0, status::end};
  const auto read = static_cast<std::size_t>(bytes);
  // A short read has emptied the socket (epoll(7)): another read would only return EAGAIN.
  return {read, read < buffer.size() ? status::wants_read : status::done};
}

transport::result socket_transport::write(std::string_view bytes, bool is_last) noexcept {
  // MSG_MORE holds back the last segment until FIN can leave with it.
  const int flags = MSG_NOSIGNAL | (is_last ? MSG_MORE : 0);
  const auto sent =
      uninterrupted([&] { return ::send(descriptor_, bytes.data(), bytes.size(), flags); });
  if (sent < 0)
    return {0, would_block() ? status::wants_write : status::error};
  const auto written = static_cast<std::size_t>(sent);
  return {written, written < bytes.size() ? status::wants_write : status::done};
}

void socket_transport::shutdown_send() noexcept {
  ::shutdown(descriptor_, SHUT_WR);
}

// SIOCOUTQ: see tcp(7).
std::size_t socket_transport::unacknowledged() const noexcept {
  int bytes = 0;
  ::ioctl(descriptor_, SIOCOUTQ, &bytes);
  return static_cast<std::size_t>(bytes);
}

void socket_transport::close() noexcept {
  if (is_open())
    ::close(std::exchange(descriptor_, -1));
}

}  // namespace http
