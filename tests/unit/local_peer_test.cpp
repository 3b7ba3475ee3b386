#include "rights/local_peer.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

namespace {

bool is_on_this_machine(const char* address) {
  sockaddr_storage storage{};
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET, address, &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = 0x7f7f;
    std::memcpy(&storage, &v4, sizeof v4);
  } else {
    REQUIRE(inet_pton(AF_INET6, address, &v6.sin6_addr) == 1);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = 0x7f7f;
    std::memcpy(&storage, &v6, sizeof v6);
  }
  return rights::is_on_this_machine(storage);
}

}  // namespace

TEST_CASE("is_on_this_machine() returns true for every loopback address") {
  for (const auto* address : {"127.0.0.1", "127.0.0.0", "127.255.255.255", "127.1.2.3", "::1",
                              "::ffff:127.0.0.1", "::ffff:127.255.255.255", "::ffff:127.0.0.0"}) {
    CAPTURE(address);
    CHECK(is_on_this_machine(address));
  }
}

TEST_CASE("is_on_this_machine() returns false for every other address") {
  for (const auto* address : {"0.0.0.0",
                              "1.0.0.127",
                              "126.255.255.255",
                              "128.0.0.0",
                              "10.0.0.1",
                              "192.168.127.127",
                              "255.255.255.255",
                              "::",
                              "::2",
                              "1::1",
                              "::127.0.0.1",
                              "::ffff:126.0.0.1",
                              "::ffff:128.0.0.1",
                              "::fffe:7f00:1",
                              "1::ffff:127.0.0.1",
                              "::ffff:0:127.0.0.1",
                              "64:ff9b::127.0.0.1",
                              "fe80::1",
                              "7f00::1",
                              "fd00::7f00:1"}) {
    CAPTURE(address);
    CHECK_FALSE(is_on_this_machine(address));
  }
}

TEST_CASE("is_on_this_machine() returns true for a Unix socket, and false for an unknown family") {
  sockaddr_storage storage{};
  CHECK_FALSE(rights::is_on_this_machine(storage));
  std::memset(&storage, 0x7f, sizeof storage);
  CHECK_FALSE(rights::is_on_this_machine(storage));
  storage.ss_family = AF_UNIX;
  CHECK(rights::is_on_this_machine(storage));
}
