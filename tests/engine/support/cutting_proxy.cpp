#include "tests/engine/support/cutting_proxy.hpp"

#include "tests/proxies/support/sockets.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace support {

namespace {

constexpr int poll_milliseconds = 20;

/// No other statement of a writer has this text.
constexpr std::string_view fence_text = "SET epoch = epoch + 1";

constexpr char sync = 'S';   // of a client: the end of a pipeline
constexpr char ready = 'Z';  // of a server: its answer

std::size_t index_of(direction way) {
  return static_cast<std::size_t>(way);
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// Closes a socket so that its peer gets a reset.
void reset(int socket) {
  const linger now{1, 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(socket);
}

}  // namespace

cutting_proxy::cutting_proxy(std::uint16_t server_port) : server_port_(server_port) {
  listener_ = bound_socket();
  port_ = port_of(listener_);
  listen(listener_, SOMAXCONN);
  thread_ = std::thread{[this] { run(); }};
}

cutting_proxy::~cutting_proxy() {
  stops_ = true;
  thread_.join();
  for (auto& each : sessions_)
    close_session(each, true);
  close(listener_);
}

std::string cutting_proxy::url() const {
  return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) +
         "/postgres?sslmode=disable&gssencmode=disable";
}

void cutting_proxy::plan(std::vector<planned_cut> cuts) {
  const std::lock_guard lock{mutex_};
  cuts_ = std::move(cuts);
  passed_ = {};
  counts_ = {};
}

std::string cutting_proxy::passed(direction way) const {
  const std::lock_guard lock{mutex_};
  return passed_[index_of(way)];
}

std::size_t cutting_proxy::cuts_left() const {
  const std::lock_guard lock{mutex_};
  return cuts_.size();
}

// -- the thread -----------------------------------------------------------------------

void cutting_proxy::run() {
  using phase = session::phase_type;
  while (!stops_) {
    if (resets_.exchange(false))
      for (auto& each : sessions_)
        close_session(each, true);
    sessions_.remove_if([](const session& each) { return each.phase == phase::closed; });
    std::vector<pollfd> sockets{{listener_, POLLIN, 0}};
    for (const auto& each : sessions_) {
      const bool has_client = each.phase == phase::open || each.phase == phase::holding;
      sockets.push_back({has_client ? each.client : -1, POLLIN, 0});
      sockets.push_back({each.phase == phase::silent ? -1 : each.server, POLLIN, 0});
    }
    if (poll(sockets.data(), sockets.size(), poll_milliseconds) <= 0)
      continue;
    std::size_t next = 1;
    for (auto& each : sessions_) {
      if (sockets[next++].revents != 0)
        receive(each, direction::to_server);
      if (sockets[next++].revents != 0)
        receive(each, direction::to_client);
    }
    release_fenced();
    if (sockets[0].revents != 0)
      accept_session();
  }
}

void cutting_proxy::accept_session() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0)
    return;
  const int server = connected_socket(server_port_);
  if (server < 0) {
    reset(client);
    return;
  }
  set_options(client);
  set_options(server);
  for (auto& each : sessions_)
    if (each.phase == session::phase_type::detached && !each.waits_for_fence)
      release(each);
  sessions_.push_back({client, server});
}

void cutting_proxy::receive(session& at, direction way) {
  using phase = session::phase_type;
  const bool to_server = way == direction::to_server;
  const auto has_ended = [&] {
    return at.phase == phase::closed || at.phase == phase::silent ||
           (to_server && at.phase == phase::detached);
  };
  if (has_ended())  // cut while the other side was looked at
    return;
  std::string bytes(64 * 1024, '\0');
  const auto count = recv(to_server ? at.client : at.server, bytes.data(), bytes.size(), 0);
  if (count <= 0)
    return close_session(at, false);
  bytes.resize(static_cast<std::size_t>(count));
  auto& reader = to_server ? at.from_client : at.from_server;
  reader.add(bytes);
  std::string output;
  while (!has_ended())
    if (const auto passing = reader.next())
      pass(at, way, *passing, output);
    else
      break;
  if (at.phase == phase::open && !send_all(to_server ? at.server : at.client, output))
    close_session(at, false);
}

void cutting_proxy::pass(session& at, direction way, const message& passing, std::string& output) {
  using phase = session::phase_type;
  const bool to_server = way == direction::to_server;
  if (!to_server && passing.type == ready) {
    at.has_started = true;
    at.is_in_transaction = passing.bytes.back() != 'I';
  }
  if (at.phase == phase::holding && to_server) {
    at.held += passing.bytes;
    if (passing.type == sync)
      detach(at);
  }
  if (at.phase != phase::open)
    return;
  const auto planned = count(way, passing.type);
  if (!planned || *planned == cut::after)
    output += passing.bytes;
  if (planned) {
    send_all(to_server ? at.server : at.client, output);
    return carry_out(*planned, at, way, passing);
  }
  if (to_server) {
    at.is_in_pipeline = at.has_started && passing.type != sync;
    at.is_fencing |= passing.bytes.find(fence_text) != passing.bytes.npos;
  } else if (passing.type == ready && std::exchange(at.is_fencing, false)) {
    has_fenced_ = true;
  }
}

/// Returns what the message brings about.
std::optional<cut> cutting_proxy::count(direction way, char type) {
  const std::lock_guard lock{mutex_};
  passed_[index_of(way)] += type;
  const auto number = ++counts_[index_of(way)];
  if (cuts_.empty() || cuts_[0].way != way || cuts_[0].message != number)
    return {};
  const auto kind = cuts_[0].kind;
  cuts_.erase(cuts_.begin());
  counts_ = {};
  return kind;
}

void cutting_proxy::carry_out(cut kind, session& at, direction way, const message& passing) {
  using phase = session::phase_type;
  switch (kind) {
    case cut::after:
    case cut::before:
      return close_session(at, true);
    case cut::silent:
      at.phase = phase::silent;
      return;
    case cut::late:
    case cut::fenced:
      break;
  }
  at.waits_for_fence = kind == cut::fenced;
  const bool to_server = way == direction::to_server;
  if (to_server)
    at.held = passing.bytes;
  // Before a session has started, its client sends no pipelines.
  if (to_server && at.has_started && passing.type != sync)
    at.phase = phase::holding;
  else
    detach(at);
}

void cutting_proxy::detach(session& at) const {
  at.phase = session::phase_type::detached;
  reset(std::exchange(at.client, -1));
}

/// Lets the server have what was held, and then the end of the stream.
void cutting_proxy::release(session& at) const {
  send_all(at.server, std::exchange(at.held, {}));
  shutdown(at.server, SHUT_WR);
}

void cutting_proxy::release_fenced() {
  const bool is_fencing = std::any_of(sessions_.begin(), sessions_.end(),
                                      [](const session& each) { return each.is_fencing; });
  for (auto& each : sessions_) {
    const bool may_have_locks = each.is_in_transaction || each.is_in_pipeline;
    if (each.phase == session::phase_type::detached && each.waits_for_fence &&
        (has_fenced_ || (is_fencing && may_have_locks))) {
      each.waits_for_fence = false;
      release(each);
    }
  }
  has_fenced_ = false;
}

void cutting_proxy::close_session(session& at, bool resets) {
  at.phase = session::phase_type::closed;
  for (auto* socket : {&at.client, &at.server})
    if (const int closed = std::exchange(*socket, -1); closed >= 0)
      resets ? reset(closed) : static_cast<void>(close(closed));
}

}  // namespace support
