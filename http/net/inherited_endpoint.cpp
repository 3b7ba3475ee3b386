#include "http/net/inherited_endpoint.hpp"

#include "http/net/tcp_endpoints.hpp"

#include <boost/system/system_error.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace http {

namespace {

/// Returns a number of the socket; -1 if there is no socket.
int option_of(int descriptor, int option) noexcept {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

template <class Address>
Address as(const sockaddr_storage& address) noexcept {
  Address result;
  std::memcpy(&result, &address, sizeof result);
  return result;
}

std::string text_of(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(family, address, text.data(), text.size());
  return text.data();
}

/// Returns the address as an endpoint names it; empty if the family is unknown.
std::string name_of(int descriptor) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &size) != 0)
    return {};
  if (storage.ss_family == AF_INET) {
    const auto address = as<sockaddr_in>(storage);
    return text_of(AF_INET, &address.sin_addr) + ":" + std::to_string(ntohs(address.sin_port));
  }
  if (storage.ss_family == AF_INET6) {
    const auto address = as<sockaddr_in6>(storage);
    return "[" + text_of(AF_INET6, &address.sin6_addr) +
           "]:" + std::to_string(ntohs(address.sin6_port));
  }
  if (storage.ss_family != AF_UNIX)
    return {};
  const auto address = as<sockaddr_un>(storage);
  const auto bytes = size - offsetof(sockaddr_un, sun_path);
  std::string path{address.sun_path, ::strnlen(address.sun_path, bytes)};
  // An abstract address begins with a zero byte.
  return "unix:" +
         (path.empty() && bytes > 1 ? "@" + std::string{address.sun_path + 1, bytes - 1} : path);
}

}  // namespace

endpoint adopt_endpoint(int descriptor, std::size_t count) {
  const auto socket = std::make_shared<listening_socket>(descriptor, /*is_shared=*/true);
  const auto name = name_of(descriptor);
  if (name.empty() || option_of(descriptor, SO_TYPE) != SOCK_STREAM ||
      option_of(descriptor, SO_ACCEPTCONN) != 1)
    throw std::invalid_argument("it is no TCP or Unix stream socket that listens");
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0 ||
      ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0)
    throw boost::system::system_error(errno, boost::system::system_category(), "fcntl");
  if (!name.starts_with("unix:"))
    prepare_tcp(descriptor);
  return {name, {count, socket}};
}

}  // namespace http
