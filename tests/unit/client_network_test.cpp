#include "rights/client_network.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <string_view>

#include <netinet/in.h>
#include <sys/socket.h>

using rights::parse_client_network;

TEST_CASE("an IPv4 address is its own network, however it is written") {
  for (const std::string_view text :
       {"192.0.2.1", "192.0.2.1:1234", "::ffff:192.0.2.1", "[::ffff:192.0.2.1]:1"}) {
    CAPTURE(text);
    REQUIRE(parse_client_network(text));
    CHECK(parse_client_network(text)->bits == 0xc0000201);
  }
  CHECK(parse_client_network("192.0.2.2")->bits != parse_client_network("192.0.2.1")->bits);
}

TEST_CASE("the network of an IPv6 address is its first 64 bits") {
  for (const std::string_view text : {"2001:db8:1:2::", "2001:db8:1:2::1", "2001:db8:1:2:3:4:5:6",
                                      "[2001:db8:1:2::9]", "[2001:db8:1:2::9]:443"}) {
    CAPTURE(text);
    REQUIRE(parse_client_network(text));
    CHECK(parse_client_network(text)->bits == 0x20010db800010002);
  }
  CHECK(parse_client_network("2001:db8:1:3::1")->bits != 0x20010db800010002);
}

TEST_CASE("a proxy may be on this machine or in a private network") {
  for (const std::string_view text :
       {"127.0.0.1", "127.9.9.9", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255",
        "192.168.0.1", "169.254.1.1", "100.64.0.1", "100.127.255.255", "::1", "fc00::1", "fdff::1",
        "fe80::1", "::ffff:10.1.2.3"}) {
    CAPTURE(text);
    CHECK(parse_client_network(text)->is_private);
  }
  for (const std::string_view text :
       {"9.255.255.255", "11.0.0.1", "172.15.255.255", "172.32.0.0", "192.167.255.255",
        "192.169.0.0", "169.253.1.1", "100.63.255.255", "100.128.0.0", "8.8.8.8", "126.0.0.1",
        "128.0.0.1", "2001:db8::1", "::2", "fe00::1", "fbff::1", "::ffff:8.8.8.8"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_client_network(text)->is_private);
  }
}

TEST_CASE("parse_client_network() refuses what is no address") {
  for (const std::string_view text :
       {"",
        " ",
        "unknown",
        "_hidden",
        "1.2.3",
        "1.2.3.4.5",
        "256.1.1.1",
        "1.2.3.4 ",
        "[::1",
        "::1]",
        "[::1]x",
        "[::1]:x",
        "1.2.3.4:x",
        "1.2.3.4:80, ",
        "[]",
        ":80",
        "2001:db8::1::2",
        "fe80::1%eth0",
        "1.2.3.4:5:6",
        "2001:db8:1111:2222:3333:4444:5555:6666:7777",
        "192.0.2.1, 192.0.2.2",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_client_network(text));
  }
  using namespace std::string_view_literals;
  CHECK_FALSE(parse_client_network("1.2.3.4\0x"sv));
}

TEST_CASE("network_of() takes the address of a peer") {
  sockaddr_storage peer{};
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(0x0a000001);
  std::memcpy(&peer, &v4, sizeof v4);
  CHECK(rights::network_of(peer) == rights::client_network{0x0a000001, true});

  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_addr.s6_addr[0] = 0x20;
  v6.sin6_addr.s6_addr[7] = 0x05;
  v6.sin6_addr.s6_addr[8] = 0x77;
  std::memcpy(&peer, &v6, sizeof v6);
  CHECK(rights::network_of(peer) == rights::client_network{0x2000000000000005, false});

  peer = {};
  peer.ss_family = AF_UNIX;
  CHECK(rights::network_of(peer) == rights::client_network{0, true});
  peer.ss_family = AF_UNSPEC;
  CHECK(rights::network_of(peer) == rights::client_network{0, false});
}
