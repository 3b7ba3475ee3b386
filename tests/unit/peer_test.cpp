#include "http/net/peer.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

using http::peer;

namespace {

peer peer_at(const char* address) {
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
  return http::peer_of(storage);
}

}  // namespace

TEST_CASE("a peer at a loopback address is on this machine") {
  for (const auto* address : {"127.0.0.1", "127.0.0.0", "127.255.255.255", "127.1.2.3", "::1",
                              "::ffff:127.0.0.1", "::ffff:127.255.255.255", "::ffff:127.0.0.0"}) {
    CAPTURE(address);
    CHECK(peer_at(address) == peer::local);
  }
}

TEST_CASE("a peer at any other address may be anywhere") {
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
    CHECK(peer_at(address) == peer::remote);
  }
}

TEST_CASE("a peer whose address is of no kind that is known may be anywhere") {
  sockaddr_storage storage{};
  CHECK(http::peer_of(storage) == peer::remote);
  std::memset(&storage, 0x7f, sizeof storage);
  storage.ss_family = AF_UNIX;
  CHECK(http::peer_of(storage) == peer::remote);
}
