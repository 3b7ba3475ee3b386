// The floor: what two threads with an epoll set each can do when they neither
// parse, count nor choose what to answer. Takes the port and the threads.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

// As long as counterd's answer to /inc.
constexpr std::string_view answer =
    "HTTP/1.1 200 OK\r\n"
    "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
    "Cache-Control: no-store\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 3\r\n"
    "\r\n"
    "ok\n";

void require(bool condition, const char* what) {
  if (condition)
    return;
  perror(what);
  std::exit(1);
}

void serve(std::uint16_t port) {
  const int on = 1;
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  require(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind");
  require(listen(listener, 4096) == 0, "listen");
  const int set = epoll_create1(0);
  epoll_event event{.events = EPOLLIN, .data = {.fd = listener}};
  epoll_ctl(set, EPOLL_CTL_ADD, listener, &event);
  std::array<epoll_event, 256> events;
  std::array<char, 65536> buffer;
  for (;;) {
    const int ready = epoll_wait(set, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == listener) {
        const int peer = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
        epoll_event added{.events = EPOLLIN | EPOLLET, .data = {.fd = peer}};
        if (peer >= 0)
          epoll_ctl(set, EPOLL_CTL_ADD, peer, &added);
      } else if (recv(fd, buffer.data(), buffer.size(), 0) <= 0) {
        close(fd);
      } else if (send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) {
        close(fd);
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 8000);
  const int threads = argc > 2 ? std::atoi(argv[2]) : 2;
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i)
    running.emplace_back(serve, port);
  for (auto& thread : running)
    thread.join();
}
