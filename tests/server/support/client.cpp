#include "tests/server/support/client.hpp"

#include "tests/server/support/secrets.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <system_error>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace support {

namespace {

constexpr timeval patience{20, 0};

bool equals_ignoring_case(const std::string& left, std::string_view right) {
  return left.size() == right.size() && strncasecmp(left.data(), right.data(), right.size()) == 0;
}

/// Throws unless the call was interrupted, as calls on a socket with a timeout are
/// when the process is stopped and continued.
void fail(const char* what) {
  if (errno == EINTR)
    return;
  if (errno == EAGAIN || errno == EWOULDBLOCK)
    throw timed_out{std::string{what} + ": nothing happens"};
  if (errno == ECONNRESET || errno == EPIPE)
    throw connection_reset{std::string{what} + ": reset by peer"};
  throw std::system_error{errno, std::generic_category(), what};
}

struct endpoint {
  explicit endpoint(const std::string& text) {
    constexpr std::string_view unix_scheme = "unix:";
    if (text.starts_with(unix_scheme)) {
      path.sun_family = AF_UNIX;
      text.copy(path.sun_path, sizeof path.sun_path - 1, unix_scheme.size());
      size = sizeof path;
      return;
    }
    const auto colon = text.rfind(':');
    const auto number = htons(static_cast<std::uint16_t>(std::stoul(text.substr(colon + 1))));
    if (text.starts_with('[')) {
      v6.sin6_family = AF_INET6;
      v6.sin6_port = number;
      inet_pton(AF_INET6, text.substr(1, colon - 2).c_str(), &v6.sin6_addr);
      size = sizeof v6;
    } else {
      v4.sin_family = AF_INET;
      v4.sin_port = number;
      inet_pton(AF_INET, text.substr(0, colon).c_str(), &v4.sin_addr);
      size = sizeof v4;
    }
  }

  union {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
    sockaddr_un path{};
  };
  socklen_t size;
};

std::string loopback(std::uint16_t port) {
  return "127.0.0.1:" + std::to_string(port);
}

/// Removes a complete response from the front of `bytes`, if there is one.
std::optional<answer> on_response(std::string& bytes, bool is_head) {
  const auto header_end = bytes.find("\r\n\r\n");
  if (header_end == bytes.npos)
    return std::nullopt;
  answer result;
  auto line_end = bytes.find("\r\n");
  result.version = bytes.substr(0, bytes.find(' '));
  result.status = std::stoi(bytes.substr(bytes.find(' '), line_end));
  while (line_end != header_end) {
    const auto begin = line_end + 2;
    line_end = bytes.find("\r\n", begin);
    const auto colon = bytes.find(": ", begin);
    if (colon > line_end)
      throw std::runtime_error{"malformed field in " + bytes};
    result.fields.emplace_back(bytes.substr(begin, colon - begin),
                               bytes.substr(colon + 2, line_end - colon - 2));
  }
  const bool has_body = !is_head && result.status != 204 && result.status != 304;
  const auto body_size = has_body ? std::stoul(result.field("Content-Length")) : 0;
  if (bytes.size() < header_end + 4 + body_size)
    return std::nullopt;
  result.body = bytes.substr(header_end + 4, body_size);
  bytes.erase(0, header_end + 4 + body_size);
  return result;
}

}  // namespace

std::string answer::field(std::string_view name) const {
  std::string value;
  int found = 0;
  for (const auto& [key, text] : fields)
    if (equals_ignoring_case(key, name) && ++found)
      value = text;
  if (found > 1)
    throw std::runtime_error{"two fields " + std::string{name}};
  return value;
}

bool answer::has(std::string_view name) const {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const auto& field) { return equals_ignoring_case(field.first, name); });
}

client::client(std::uint16_t port, int receive_bytes_max)
    : client(loopback(port), receive_bytes_max) {}

client::client(const std::string& address, int receive_bytes_max, const std::string& source) {
  const endpoint peer{address};
  socket_ = ::socket(peer.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (receive_bytes_max > 0)
    setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_bytes_max, sizeof receive_bytes_max);
  const endpoint own{source.empty() ? loopback(0) : source};
  if ((!source.empty() && bind(socket_, &own.any, own.size) != 0) ||
      connect(socket_, &peer.any, peer.size) != 0) {
    const int why = errno;
    close(socket_);
    throw std::system_error{why, std::generic_category(), "connect to " + address};
  }
}

client::~client() {
  if (socket_ >= 0)
    close(socket_);
}

client& client::operator=(client&& other) noexcept {
  std::swap(socket_, other.socket_);
  received_.swap(other.received_);
  return *this;
}

void client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0)
      fail("send");
    else
      bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void client::send_some(std::string_view bytes) {
  if (::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
      errno != EAGAIN)
    fail("send");
}

void client::send_bytewise(std::string_view bytes) {
  for (const char& byte : bytes)
    send({&byte, 1});
}

void client::half_close() {
  shutdown(socket_, SHUT_WR);
}

void client::reset() {
  const linger at_once{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(std::exchange(socket_, -1));
}

answer client::read_answer(bool is_head) {
  for (;;) {
    if (auto whole = on_response(received_, is_head))
      return *whole;
    if (!receive())
      throw std::runtime_error{"the connection ended after: " + received_};
  }
}

answer client::ask(std::string_view request) {
  send(request);
  return read_answer(request.starts_with("HEAD "));
}

std::string client::read_bytes(std::size_t count) {
  while (received_.size() < count)
    if (!receive())
      throw std::runtime_error{"the connection ended after: " + received_};
  const auto bytes = received_.substr(0, count);
  received_.erase(0, count);
  return bytes;
}

std::string client::read_through(std::string_view end) {
  auto at = received_.find(end);
  for (; at == received_.npos; at = received_.find(end))
    if (!receive())
      throw std::runtime_error{"the connection ended after: " + received_};
  return read_bytes(at + end.size());
}

std::string client::read_to_end() {
  while (receive()) {
  }
  return std::exchange(received_, {});
}

bool client::is_readable(int milliseconds) const {
  return is_ready(POLLIN, milliseconds);
}

bool client::is_writable(int milliseconds) const {
  return is_ready(POLLOUT, milliseconds);
}

bool client::is_ready(short event, int milliseconds) const {
  pollfd wanted{socket_, event, 0};
  return poll(&wanted, 1, milliseconds) > 0;
}

/// Returns false at the end of the stream.
bool client::receive() {
  char buffer[64 * 1024];
  auto bytes = recv(socket_, buffer, sizeof buffer, 0);
  for (; bytes < 0; bytes = recv(socket_, buffer, sizeof buffer, 0))
    fail("receive");
  received_.append(buffer, static_cast<std::size_t>(bytes));
  refuse_secrets(received_);
  return bytes > 0;
}

std::string request(std::string_view method, std::string_view target,
                    std::string_view more_fields) {
  std::string text{method};
  text.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
  return text.append(more_fields).append("\r\n");
}

std::string get_request(std::string_view target) {
  return request("GET", target);
}

answer get(std::uint16_t port, std::string_view target) {
  client connection{port};
  connection.send(request("GET", target, "Connection: close\r\n"));
  auto result = connection.read_answer();
  if (const auto rest = connection.read_to_end(); !rest.empty())
    throw std::runtime_error{"bytes after the last answer: " + rest};
  return result;
}

answer get_until(std::uint16_t port, std::string_view target, int status) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  answer last;
  while (last.status != status && std::chrono::steady_clock::now() < end) {
    try {
      last = get(port, target);
    } catch (const connection_reset&) {
      // One connection too many is closed without a response if there are many more.
    }
    if (last.status != status)
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  return last;
}

bool is_listening(std::uint16_t port) {
  try {
    client{port};
    return true;
  } catch (const std::system_error& error) {
    return error.code() != std::errc::connection_refused;
  }
}

std::vector<int> statuses(std::string bytes) {
  std::vector<int> found;
  while (auto next = on_response(bytes, false))
    found.push_back(next->status);
  if (!bytes.empty())
    throw std::runtime_error{"half an answer: " + bytes};
  return found;
}

}  // namespace support
