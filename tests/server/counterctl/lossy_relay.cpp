#include "tests/server/counterctl/lossy_relay.hpp"

#include "tests/server/support/client.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace support {

namespace {

constexpr int patience_ms = 200;

bool is_readable(int socket) {
  pollfd wanted{socket, POLLIN, 0};
  return ::poll(&wanted, 1, patience_ms) == 1;
}

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

/// Returns the bytes of the first message of `text`, 0 if it is not complete.
std::size_t message_size(const std::string& text) {
  const auto header = text.find("\r\n\r\n");
  if (header == text.npos)
    return 0;
  constexpr std::string_view field = "Content-Length: ";
  const auto length = text.find(field);
  const auto body = length < header ? std::stoul(text.substr(length + field.size())) : 0;
  const auto size = header + 4 + body;
  return text.size() >= size ? size : 0;
}

std::string bare_response(const std::string& status) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n";
}

constexpr std::string_view refusal =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 21\r\n\r\n{\"code\":\"overloaded\"}";

constexpr std::string_view busy =
    "HTTP/1.1 200 OK\r\nContent-Length: 64\r\n\r\n"
    R"({"results":[{"status":503,"code":"overloaded","detail":"busy"}]})";

constexpr std::string_view unknown_second =
    R"({"results":[{"name":"a","value":1,"version":1,"status":200},)"
    R"({"status":500,"code":"outcome-unknown","detail":"lost"}]})";

std::string render(const answer& response) {
  auto text = response.version + " " + std::to_string(response.status) + " x\r\n";
  for (const auto& [name, value] : response.fields)
    text += name + ": " + value + "\r\n";
  return text + "\r\n" + response.body;
}

}  // namespace

lossy_relay::lossy_relay(std::uint16_t server_port)
    : server_port_(server_port),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* any = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(listener_, any, size) != 0 || ::listen(listener_, 64) != 0)
    throw std::runtime_error{"the relay cannot listen"};
  ::getsockname(listener_, any, &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this] { run(); }};
}

lossy_relay::~lossy_relay() {
  stops_ = true;
  thread_.join();
  ::close(listener_);
}

void lossy_relay::plan(std::deque<relayed> plan) {
  const std::lock_guard lock{mutex_};
  plan_ = std::move(plan);
}

relayed lossy_relay::next() {
  const std::lock_guard lock{mutex_};
  if (plan_.empty())
    return relayed::passes;
  const auto first = plan_.front();
  plan_.pop_front();
  return first;
}

void lossy_relay::run() {
  while (!stops_) {
    if (!is_readable(listener_))
      continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0)
      continue;
    serve(client);
    ::close(client);
  }
}

void lossy_relay::serve(int client) {
  std::string received;
  while (!stops_) {
    if (const auto size = message_size(received); size > 0) {
      ++requests_;
      if (!answer(client, received.substr(0, size)))
        return;
      received.erase(0, size);
      continue;
    }
    // One client at a time: another one waits until this one has nothing to say.
    if (!is_readable(client)) {
      if (is_readable(listener_))
        return;
      continue;
    }
    char buffer[64 * 1024];
    const auto size = ::recv(client, buffer, sizeof buffer, 0);
    if (size <= 0)
      return;
    received.append(buffer, static_cast<std::size_t>(size));
  }
}

/// Returns false if the connection is to end.
bool lossy_relay::answer(int client, const std::string& request) {
  const auto fate = next();
  if (fate == relayed::loses_request)
    return false;
  if (fate == relayed::answers_503) {
    send_all(client, refusal);
    return true;
  }
  const auto response = render(support::client{server_port_}.ask(request));
  if (fate == relayed::loses_response)
    return false;
  switch (fate) {
    case relayed::answers_500:
      send_all(client, bare_response("500 Internal Server Error"));
      break;
    case relayed::answers_504:
      send_all(client, bare_response("504 Gateway Timeout"));
      break;
    case relayed::answers_bare_200:
      send_all(client, bare_response("200 OK"));
      break;
    case relayed::answers_other_json:
      send_all(client, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
      break;
    case relayed::answers_busy:
      send_all(client, busy);
      break;
    case relayed::answers_unknown:
      send_all(client,
               "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(unknown_second.size()) +
                   "\r\n\r\n" + std::string{unknown_second});
      break;
    case relayed::sends_interim:
      send_all(client, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
      send_all(client, response);
      break;
    case relayed::cuts_response:
      send_all(client, std::string_view{response}.substr(0, response.size() / 2));
      break;
    default:
      send_all(client, response);
      break;
  }
  return fate != relayed::cuts_response;
}

}  // namespace support
