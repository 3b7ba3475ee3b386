#pragma once

#include "bench/loads/answers.hpp"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/// The arguments of a load generator, each `key=value`.
class arguments {
public:
  arguments(int count, char** values) : count_(count), values_(values) {}

  std::string_view text(std::string_view key) const {
    for (int i = 1; i < count_; ++i) {
      const std::string_view argument = values_[i];
      if (argument.starts_with(key) && argument.substr(key.size()).starts_with('='))
        return argument.substr(key.size() + 1);
    }
    return {};
  }

  std::size_t number(std::string_view key, std::size_t otherwise) const {
    const auto value = text(key);
    return value.empty() ? otherwise : std::strtoul(value.data(), nullptr, 10);
  }

  /// One or more, with a comma between them.
  std::vector<std::uint16_t> ports(std::string_view key) const {
    std::vector<std::uint16_t> found;
    auto list = text(key);
    for (std::uint16_t port = 0; !list.empty(); found.push_back(port)) {
      const auto [end, error] = std::from_chars(list.data(), list.data() + list.size(), port);
      require(error == std::errc{}, "the ports");
      list.remove_prefix(static_cast<std::size_t>(end - list.data()));
      list.remove_prefix(list.starts_with(',') ? 1 : 0);
    }
    require(!found.empty(), "the ports");
    return found;
  }

  /// The file whose name `key` has.
  std::string file(std::string_view key) const {
    std::ifstream input{std::string{text(key)}, std::ios::binary};
    require(input.good(), "the file of the request");
    return {std::istreambuf_iterator<char>{input}, {}};
  }

private:
  const int count_;
  char** const values_;
};

/// A blocking connection to a port of this machine.
inline int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  require(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "connect");
  return socket;
}
