#include "http/server/session.hpp"

#include <boost/asio/error.hpp>

#include <spdlog/spdlog.h>

#include <utility>

namespace http {

namespace {

/// Reads of one connection in a row; then others get their turn.
constexpr int reads_in_a_row_max = 4;

}  // namespace

session::session(loop_services& services, tcp_socket socket, permit_pool::permit permit)
    : services_(services),
      socket_(std::move(socket)),
      permit_(std::move(permit)),
      pipeline_(services.limits, services.clock.date(), services.server_info, socket_.peer(),
                &services.bodies) {}

void session::start() {
  keep_alive_ = this;
  // A first request is awaited like the rest of one.
  deadline_for_ = pipeline::awaited::request;
  services_.deadlines.set(*this, deadlines::header);
  // It is often there already.
  advance();
}

void session::start_refused(const refusal& why) {
  keep_alive_ = this;
  pipeline_.refuse(why);
  advance();
}

void session::drain() {
  if (!socket_.is_open() || is_lingering_)
    return;  // it is ending already
  is_draining_ = true;
  pipeline_.drain();
  deadline_for_ = pipeline::awaited::nothing;  // an idle one gets less time now
  advance();
}

void session::close() {
  deadlines::clear(*this);
  socket_.close();
  keep_alive_.reset();
}

// -- what happens to it -------------------------------------------------------

void session::on_reply(response_queue::slot slot, const counter::command& command,
                       const counter::reply& reply) {
  pipeline_.complete(slot, command, reply);
}

void session::on_response(response_queue::slot slot, counter::call answered) {
  pipeline_.complete(slot, std::move(answered));
}

void session::on_pass_end() {
  if (socket_.is_open())
    advance();
}

void session::on_ready(readiness now) {
  const self keep{this};
  is_readable_ |= now.readable;
  is_writable_ |= now.writable;
  has_ended_ |= now.ended;
  if (is_lingering_)
    linger();
  else if (services_.store_client.is_full())
    watch_again();  // in the next pass
  else
    advance();
}

// -- moving bytes -------------------------------------------------------------

/// Everything that can be done now: parse, write, read, and again.
void session::advance() {
  const self keep{this};
  for (int reads = 0;; ++reads) {
    while (auto pending = pipeline_.take_command()) {
      if (pending->request)
        services_.store_client.send(std::move(*pending->request), pending->slot, *this);
      else
        services_.store_client.send(pending->command, pending->slot, *this);
    }
    pipeline_.keep_rest();
    const bool was_held_back = pipeline_.is_held_back();
    if (!write())
      return close();
    if (pipeline_.awaits() == pipeline::awaited::nothing && pipeline_.output().empty())
      return finish();
    if (was_held_back && !pipeline_.is_held_back())
      continue;  // what was sent made room for requests that are here already
    if (!is_readable_ || !pipeline_.wants_input())
      break;
    if (reads == reads_in_a_row_max) {
      is_watched_ = false;  // to be told again of what is there
      break;
    }
    if (!read())
      return close();
  }
  set_deadline();
  if (!is_writable_ || pipeline_.wants_input())
    watch();
}

/// A connection that ends with its first answer needs no permit in the set.
void session::watch() {
  if (!std::exchange(is_watched_, true) && !services_.ready_set.watch(socket_.descriptor(), *this))
    close();
}

/// To be told again of what is there.
void session::watch_again() {
  is_watched_ = false;
  watch();
}

/// False when the connection is broken.
bool session::read() {
  auto& buffer = services_.read_buffer;
  error_code error;
  const auto bytes = socket_.read(buffer, error);
  if (error == asio::error::would_block) {
    is_readable_ = false;
    return true;
  }
  if (error)
    return false;
  // Fewer than asked for: there is no more, and the ready set tells when there
  // is again. But the end of input was told already.
  is_readable_ = bytes == buffer.size() || has_ended_;
  if (bytes == 0)
    pipeline_.feed_end();
  pipeline_.feed({buffer.data(), bytes});
  return true;
}

/// Everything that is ready, in one go. False when the connection is broken.
bool session::write() {
  const auto output = pipeline_.output();
  if (output.empty() || !is_writable_)
    return true;
  const bool is_last = pipeline_.awaits() == pipeline::awaited::nothing;
  error_code error;
  const auto sent = socket_.write(output, is_last, error);
  if (error && error != asio::error::would_block)
    return false;
  pipeline_.consume_output(sent);
  if (sent == output.size()) {
    pipeline_.shrink(counter::limits::kept_bytes_max);
    return true;
  }
  is_writable_ = false;
  deadline_for_ = pipeline::awaited::nothing;
  unacknowledged_ = socket_.unacknowledged();
  await_peer();
  return true;
}

// -- deadlines ----------------------------------------------------------------

void session::set_deadline() {
  if (!is_writable_)
    return;
  const auto awaited = pipeline_.awaits();
  if (awaited == deadline_for_ && pipeline_.requests() == deadline_request_)
    return;  // more bytes of a request do not give it more time
  deadline_for_ = awaited;
  deadline_request_ = pipeline_.requests();
  is_pausing_ = awaited == pipeline::awaited::request && !is_draining_;
  switch (awaited) {
    case pipeline::awaited::request:
      return services_.deadlines.set(*this, is_pausing_ ? deadlines::pause : deadlines::drain_idle);
    case pipeline::awaited::header:
      return services_.deadlines.set(*this, deadlines::header);
    case pipeline::awaited::body:
      return services_.deadlines.set(*this, deadlines::body);
    case pipeline::awaited::reply:
    case pipeline::awaited::nothing:
      return deadlines::clear(*this);
  }
}

void session::on_deadline() {
  const self keep{this};
  const auto awaited = pipeline_.awaits();
  if ((!is_writable_ || is_lingering_) && peer_reads())
    return await_peer();
  if (std::exchange(is_pausing_, false)) {
    pipeline_.shrink(0);
    return services_.deadlines.set(*this, deadlines::idle);
  }
  const bool is_partial =
      awaited == pipeline::awaited::header || awaited == pipeline::awaited::body;
  if (!is_writable_ || is_lingering_ || !is_partial)
    return close();
  spdlog::debug("a request took too long");
  pipeline_.time_out();
  advance();
}

/// Whether the peer took some of what was sent since this was asked last. The
/// kernel calls a socket writable only when much of its buffer is free again,
/// which takes a slow peer longer than a deadline.
bool session::peer_reads() noexcept {
  const auto before = std::exchange(unacknowledged_, socket_.unacknowledged());
  return unacknowledged_ < before;
}

void session::await_peer() {
  is_pausing_ = false;
  const bool has_all = is_lingering_ && unacknowledged_ == 0;
  services_.deadlines.set(*this, has_all ? deadlines::linger : deadlines::write);
}

// -- the end ------------------------------------------------------------------

void session::finish() {
  if (!pipeline_.should_linger())
    return close();
  is_lingering_ = true;
  socket_.shutdown_send();
  unacknowledged_ = socket_.unacknowledged();
  await_peer();
  linger();
}

/// Throws away what the peer still sends: to close with unread input would
/// reset the connection, and the peer might lose our last answer.
void session::linger() {
  for (int reads = 0; reads < reads_in_a_row_max; ++reads) {
    error_code error;
    const auto bytes = socket_.read(services_.read_buffer, error);
    lingered_bytes_ += bytes;
    if (error == asio::error::would_block)
      return watch();
    if (bytes == 0 || lingered_bytes_ > counter::limits::linger_bytes_max)
      return close();
  }
  watch_again();
}

}  // namespace http
