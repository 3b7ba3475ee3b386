#include "http/net/socket_transport.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>

#include <sys/socket.h>
#include <unistd.h>

using http::socket_transport;
using status = http::transport::status;

namespace {

/// Two connected sockets: one for the transport, one for its peer.
struct connection {
  connection() {
    std::array<int, 2> ends;
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    ours = ends[0];
    peer = ends[1];
  }
  ~connection() { ::close(peer); }

  int ours;  // the transport's
  int peer;
};

std::array<char, 8> buffer;

}  // namespace

TEST_CASE("read() wants to read when the socket is empty, before or after some bytes") {
  connection pair;
  socket_transport transport{pair.ours};
  auto result = transport.read(buffer);
  CHECK(result.bytes == 0);
  CHECK(result.status == status::wants_read);
  REQUIRE(::send(pair.peer, "hello", 5, 0) == 5);
  result = transport.read(buffer);
  CHECK(result.bytes == 5);
  CHECK(result.status == status::wants_read);
}

TEST_CASE("read() of a whole buffer is done, and may have more") {
  connection pair;
  socket_transport transport{pair.ours};
  REQUIRE(::send(pair.peer, "12345678", 8, 0) == 8);
  const auto result = transport.read(buffer);
  CHECK(result.bytes == 8);
  CHECK(result.status == status::done);
  CHECK(transport.read(buffer).status == status::wants_read);
}

TEST_CASE("read() reports the end after the last bytes of the peer") {
  connection pair;
  socket_transport transport{pair.ours};
  REQUIRE(::send(pair.peer, "bye", 3, 0) == 3);
  ::shutdown(pair.peer, SHUT_WR);
  CHECK(transport.read(buffer).bytes == 3);
  const auto result = transport.read(buffer);
  CHECK(result.bytes == 0);
  CHECK(result.status == status::end);
}

TEST_CASE("write() wants to write when the socket is full, and goes on when it is not") {
  connection pair;
  socket_transport transport{pair.ours};
  const std::string much(16 * 1024 * 1024, 'x');
  auto result = transport.write(much, false);
  CHECK(result.status == status::wants_write);
  CHECK(result.bytes < much.size());
  CHECK(transport.unacknowledged() > 0);
  CHECK(transport.write(much, false).bytes == 0);
  std::string read(64 * 1024, ' ');
  while (::recv(pair.peer, read.data(), read.size(), 0) > 0) {
  }
  result = transport.write("more", false);
  CHECK(result.bytes == 4);
  CHECK(result.status == status::done);
}

TEST_CASE("write() and read() report an error when the peer is gone") {
  connection pair;
  socket_transport transport{pair.ours};
  ::close(pair.peer);
  CHECK(transport.write("x", false).status == status::error);
  pair.peer = ::dup(STDERR_FILENO);
}

TEST_CASE("close() closes the descriptor once") {
  connection pair;
  socket_transport transport{pair.ours};
  CHECK(transport.is_open());
  CHECK(transport.descriptor() == pair.ours);
  transport.close();
  transport.close();
  CHECK_FALSE(transport.is_open());
  CHECK(transport.descriptor() < 0);
  char byte;
  CHECK(::recv(pair.peer, &byte, 1, 0) == 0);
}
