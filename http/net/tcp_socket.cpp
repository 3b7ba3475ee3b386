#include "http/net/tcp_socket.hpp"

#include <cerrno>

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

namespace http {

namespace {

/// The number of bytes of a system call that was not interrupted.
template <class Call>
std::size_t bytes_of(Call call, boost::system::error_code& error) noexcept {
  ssize_t result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  error = {};
  if (result >= 0)
    return static_cast<std::size_t>(result);
  error.assign(errno, boost::system::system_category());
  return 0;
}

}  // namespace

std::size_t tcp_socket::read(std::span<char> buffer, error_code& error) noexcept {
  return bytes_of([&] { return ::recv(descriptor_, buffer.data(), buffer.size(), 0); }, error);
}

std::size_t tcp_socket::write(std::string_view bytes, bool is_last, error_code& error) noexcept {
  // MSG_MORE keeps the last segment back until the end is told with it.
  const int flags = MSG_NOSIGNAL | (is_last ? MSG_MORE : 0);
  return bytes_of([&] { return ::send(descriptor_, bytes.data(), bytes.size(), flags); }, error);
}

std::size_t tcp_socket::unacknowledged() const noexcept {
  int bytes = 0;
  ::ioctl(descriptor_, SIOCOUTQ, &bytes);
  return static_cast<std::size_t>(bytes);
}

void tcp_socket::shutdown_send() noexcept {
  ::shutdown(descriptor_, SHUT_WR);
}

void tcp_socket::close() noexcept {
  if (is_open())
    ::close(std::exchange(descriptor_, -1));
}

}  // namespace http
