// The floor: an epoll loop that neither parses nor counts and always sends the same
// response.
//
//   floor PORT THREADS [close]
//
// All requests of a connection must be as long as its first one. With `close` a
// connection ends after its first response, as HTTP/1.0 clients expect.

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

// As long as counterd's response to /inc.
constexpr std::string_view response =
    "HTTP/1.1 200 OK\r\n"
    "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
    "Cache-Control: no-store\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 3\r\n"
    "\r\n"
    "ok\n";

constexpr std::size_t pipelined_max = 1024;

void require(bool condition, const char* what) {
  if (condition)
    return;
  perror(what);
  std::exit(1);
}

int listen_on(std::uint16_t port) {
  const int on = 1;
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  require(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind");
  require(listen(listener, 4096) == 0, "listen");
  return listener;
}

class loop {
public:
  loop(std::uint16_t port, bool closes) : listener_(listen_on(port)), closes_(closes) {
    for (std::size_t i = 0; i < pipelined_max; ++i)
      responses_ += response;
    epoll_event event{.events = EPOLLIN, .data = {.fd = listener_}};
    epoll_ctl(set_, EPOLL_CTL_ADD, listener_, &event);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events;
    for (;;) {
      const int ready = epoll_wait(set_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < ready; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == listener_)
          accept();
        else if (!respond(fd))
          close(fd);
      }
    }
  }

private:
  struct connection {
    std::size_t request_size = 0;
    std::size_t unanswered = 0;  ///< bytes
  };

  void accept() {
    const int peer = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
    if (peer < 0)
      return;
    if (connections_.size() <= static_cast<std::size_t>(peer))
      connections_.resize(static_cast<std::size_t>(peer) + 1);
    connections_[static_cast<std::size_t>(peer)] = {};
    // The first request is there: the listener defers.
    if (!respond(peer) || closes_) {
      close(peer);
      return;
    }
    epoll_event added{.events = EPOLLIN | EPOLLET, .data = {.fd = peer}};
    epoll_ctl(set_, EPOLL_CTL_ADD, peer, &added);
  }

  bool respond(int fd) {
    const auto received = recv(fd, buffer_.data(), buffer_.size(), 0);
    if (received < 0)
      return errno == EAGAIN;
    if (received == 0)
      return false;
    auto& [size, unanswered] = connections_[static_cast<std::size_t>(fd)];
    const std::string_view bytes{buffer_.data(), static_cast<std::size_t>(received)};
    if (size == 0)
      size = bytes.find("\r\n\r\n") + 4;
    unanswered += bytes.size();
    const auto count = unanswered / size;
    require(count <= pipelined_max && size > 4, "requests that the floor does not know");
    unanswered %= size;
    return send(fd, responses_.data(), count * response.size(), MSG_NOSIGNAL) >= 0;
  }

  const int listener_;
  const bool closes_;
  const int set_ = epoll_create1(0);
  std::vector<connection> connections_;  ///< by descriptor
  std::array<char, 65536> buffer_;
  std::string responses_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3)
    return 2;
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const bool closes = argc > 3 && std::string_view{argv[3]} == "close";
  std::vector<std::thread> running;
  for (int i = 0; i < std::atoi(argv[2]); ++i)
    running.emplace_back([=] { loop{port, closes}.run(); });
  for (auto& thread : running)
    thread.join();
}
