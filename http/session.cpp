#include "http/session.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <spdlog/spdlog.h>

#include <ctime>
#include <utility>

namespace http {

session::session(loop_services& services, tcp_socket socket, std::atomic<std::size_t>& population)
    : services_(services),
      socket_(std::move(socket)),
      population_(population),
      pipeline_(services.limits, services.date) {
  population_.fetch_add(1, std::memory_order_relaxed);
}

session::~session() {
  population_.fetch_sub(1, std::memory_order_relaxed);
}

void session::start() {
  services_.deadlines.set(*this, deadlines::header);
  wait_readable();
}

void session::start_refused(const refusal& why) {
  services_.date.refresh(std::time(nullptr));
  pipeline_.refuse(why);
  advance();
}

void session::drain() {
  is_draining_ = true;
  pipeline_.drain();
  deadline_for_ = pipeline::awaited::nothing;  // an idle one gets less time now
  advance();
}

void session::close() {
  deadlines::clear(*this);
  error_code ignored;
  socket_.close(ignored);
}

// -- replies ------------------------------------------------------------------

void session::take_reply(response_queue::slot slot, const counter::command& command,
                         const counter::reply& reply) {
  pipeline_.complete(slot, command, reply);
}

void session::take_end_of_pass() {
  if (socket_.is_open())
    advance();
}

// -- reading ------------------------------------------------------------------

void session::wait_readable() {
  if (std::exchange(awaits_readable_, true))
    return;
  socket_.async_wait(tcp_socket::wait_read, [me = self(this)](error_code error) {
    me->awaits_readable_ = false;
    if (error || !me->socket_.is_open())
      return;
    if (me->is_lingering_)
      me->linger();
    else
      me->read();
  });
}

void session::read() {
  auto& buffer = services_.read_buffer;
  error_code error;
  const auto bytes = socket_.read_some(asio::buffer(buffer), error);
  if (error == asio::error::would_block)
    return wait_readable();
  if (error == asio::error::eof)
    pipeline_.feed_end();
  else if (error)
    return close();
  services_.date.refresh(std::time(nullptr));
  pipeline_.feed({buffer.data(), bytes});
  advance();
}

/// After input, after replies and after output.
void session::advance() {
  while (auto pending = pipeline_.take_command())
    services_.courier.send(pending->command, pending->slot, *this);
  pipeline_.keep_rest();
  if (!awaits_writable_ && !pipeline_.output().empty())
    return write();
  if (pipeline_.awaits() == pipeline::awaited::nothing && pipeline_.output().empty())
    return finish();
  set_deadline();
  if (pipeline_.wants_input())
    wait_readable();
}

// -- writing ------------------------------------------------------------------

/// Everything that is ready, in one go.
void session::write() {
  const auto output = pipeline_.output();
  error_code error;
  const auto sent = socket_.write_some(asio::buffer(output.data(), output.size()), error);
  if (error && error != asio::error::would_block)
    return close();
  pipeline_.consume_output(sent);
  if (!pipeline_.output().empty())
    wait_writable();
  else
    pipeline_.shrink();
  advance();
}

void session::wait_writable() {
  if (std::exchange(awaits_writable_, true))
    return;
  deadline_for_ = pipeline::awaited::nothing;
  services_.deadlines.set(*this, deadlines::write);
  socket_.async_wait(tcp_socket::wait_write, [me = self(this)](error_code error) {
    me->awaits_writable_ = false;
    if (!error && me->socket_.is_open())
      me->write();
  });
}

// -- deadlines ----------------------------------------------------------------

void session::set_deadline() {
  if (awaits_writable_)
    return;
  const auto awaited = pipeline_.awaits();
  if (awaited == deadline_for_ && pipeline_.requests() == deadline_request_)
    return;  // more bytes of a request do not give it more time
  deadline_for_ = awaited;
  deadline_request_ = pipeline_.requests();
  switch (awaited) {
    case pipeline::awaited::request:
      return services_.deadlines.set(*this, is_draining_ ? deadlines::drain_idle : deadlines::idle);
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
  const auto awaited = pipeline_.awaits();
  const bool is_partial =
      awaited == pipeline::awaited::header || awaited == pipeline::awaited::body;
  if (awaits_writable_ || is_lingering_ || !is_partial)
    return close();
  spdlog::debug("a request took too long");
  pipeline_.time_out();
  advance();
}

// -- the end ------------------------------------------------------------------

void session::finish() {
  if (!pipeline_.should_linger())
    return close();
  is_lingering_ = true;
  error_code ignored;
  socket_.shutdown(tcp_socket::shutdown_send, ignored);
  services_.deadlines.set(*this, deadlines::linger);
  wait_readable();
}

/// Throws away what the peer still sends: to close with unread input would
/// reset the connection, and the peer might lose our last answer.
void session::linger() {
  auto& buffer = services_.read_buffer;
  error_code error;
  lingered_bytes_ += socket_.read_some(asio::buffer(buffer), error);
  const bool goes_on = !error || error == asio::error::would_block;
  if (goes_on && lingered_bytes_ <= counter::limits::linger_bytes_max)
    wait_readable();
  else
    close();
}

}  // namespace http
