#include "counterctl/client/name_lookup.hpp"

#include <algorithm>
#include <cstring>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

#include <netdb.h>
#include <strings.h>
#include <sys/un.h>

namespace counterctl {

namespace {

struct result {
  int error = 0;
  std::vector<socket_address> addresses;
};

result look_up_now(const std::string& host, const std::string& port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* first = nullptr;
  result found;
  found.error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &first);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner{first, [](addrinfo* list) {
                                                               if (list != nullptr)
                                                                 ::freeaddrinfo(list);
                                                             }};
  for (const auto* one = first; one != nullptr; one = one->ai_next) {
    socket_address address;
    address.size = one->ai_addrlen;
    std::memcpy(&address.bytes, one->ai_addr, one->ai_addrlen);
    found.addresses.push_back(address);
  }
  return found;
}

/// The name is loopback without asking anybody, who may not know it (RFC 6761 section 6.3).
bool is_localhost(std::string host) {
  if (host.ends_with('.'))
    host.pop_back();
  return ::strcasecmp(host.c_str(), "localhost") == 0;
}

}  // namespace

std::vector<socket_address> look_up(const std::string& host, const std::string& port,
                                    std::chrono::steady_clock::time_point deadline) {
  // An IP address asks nobody, so it needs no thread.
  auto found = look_up_now(host, port, AI_NUMERICHOST);
  if (!found.addresses.empty())
    return found.addresses;
  if (is_localhost(host)) {
    auto addresses = look_up_now("::1", port, AI_NUMERICHOST).addresses;
    const auto version_4 = look_up_now("127.0.0.1", port, AI_NUMERICHOST).addresses;
    addresses.insert(addresses.end(), version_4.begin(), version_4.end());
    return addresses;
  }
  // getaddrinfo() has no time limit. The thread goes on alone if it takes longer; the program ends
  // without waiting for it.
  std::packaged_task<result()> task{[host, port] { return look_up_now(host, port, 0); }};
  auto future = task.get_future();
  std::thread{std::move(task)}.detach();
  if (future.wait_until(deadline) != std::future_status::ready)
    throw std::runtime_error{"the name " + host + " is not resolved in time"};
  found = future.get();
  if (found.addresses.empty())
    throw std::runtime_error{"the name " + host +
                             " cannot be resolved: " + ::gai_strerror(found.error)};
  return found.addresses;
}

std::string to_text(const socket_address& address) {
  char text[NI_MAXHOST];
  sockaddr_storage bytes = address.bytes;
  auto* any = reinterpret_cast<sockaddr*>(&bytes);
  if (::getnameinfo(any, address.size, text, sizeof text, nullptr, 0, NI_NUMERICHOST) != 0)
    throw std::runtime_error{"an address cannot be written as text"};
  return text;
}

socket_address unix_address(const std::string& path) {
  socket_address address;
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, path.data(), std::min(path.size(), sizeof name.sun_path - 1));
  std::memcpy(&address.bytes, &name, sizeof name);
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return address;
}

}  // namespace counterctl
