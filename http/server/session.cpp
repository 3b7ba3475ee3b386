#include "http/server/session.hpp"

#include <chrono>
#include <utility>

namespace http {

namespace {

/// Consecutive reads of one connection, before other connections have their turn.
constexpr int reads_in_a_row_max = 4;

}  // namespace

session::session(loop_services& services, std::unique_ptr<transport> transport,
                 connection_info connection, permit_pool::permit permit)
    : services_(services),
      transport_(std::move(transport)),
      permit_(std::move(permit)),
      pipeline_(services.limits, services.date, &services.bodies, &services.router.known_hosts()),
      dispatcher_(pipeline_, services.router, services.metrics, connection, &services.streams,
                  this) {}

session::~session() {
  services_.load.remove();
  services_.last_session_end = services_.clock.now();
}

void session::start() {
  keep_alive_ = this;
  // A new connection gets the header timeout for its first request, not the idle timeout.
  deadline_for_ = pipeline::awaited::request;
  services_.deadlines.set(*this, deadlines::header);
  // The first request has often arrived already.
  advance();
}

void session::start_refused(const refusal& refusal) {
  keep_alive_ = this;
  pipeline_.refuse(refusal);
  advance();
}

void session::drain() {
  is_draining_ = true;
  if (!transport_->is_open() || is_lingering_)
    return;  // closed, or about to be
  dispatcher_.end_stream();
  pipeline_.drain();
  deadline_for_ = pipeline::awaited::nothing;  // sets a shorter deadline if it is idle
  advance();
}

void session::end_stream() {
  if (!dispatcher_.is_streaming() || !transport_->is_open())
    return;
  dispatcher_.end_stream();
  advance();
}

void session::close(connection_end end) {
  report_refusal();
  if (transport_->is_open())
    services_.metrics.count(end);
  deadlines::clear(*this);
  transport_->close();
  dispatcher_.drop_stream();
  keep_alive_.reset();
}

// -- events -------------------------------------------------------------------

void session::on_reply(tag_type slot, const counter::completion& completion) {
  dispatcher_.complete(slot, completion);
}

void session::on_pass_end() {
  if (transport_->is_open())
    advance();
}

void session::on_event() {
  if (transport_->is_open() && is_writable_)
    advance();
}

void session::on_ready(readiness now) {
  const self keep{this};
  is_readable_ |= now.readable;
  is_writable_ |= now.writable;
  has_ended_ |= now.ended;
  if (now.writable && std::exchange(reads_when_writable_, false))
    is_readable_ = true;
  if (now.readable && std::exchange(writes_when_readable_, false))
    is_writable_ = true;
  if (is_lingering_)
    linger();
  else if (services_.store_client.is_full())
    watch_again();  // advances in the next pass
  else
    advance();
}

// -- moving bytes -------------------------------------------------------------

/// Handles requests, writes and reads in turn until none of them can go on.
void session::advance() {
  const self keep{this};
  for (int reads = 0;;) {
    dispatch();
    const auto step = pipeline_.next_step(is_writable_);
    switch (step) {
      case pipeline::step::write:
      case pipeline::step::write_last:
        if (!write(step == pipeline::step::write_last))
          return close(connection_end::error);
        continue;
      case pipeline::step::read:
        if (!is_readable_)
          break;
        if (reads++ == reads_in_a_row_max) {
          is_watched_ = false;  // watch() below reports the remaining input again
          break;
        }
        if (!read())
          return close(connection_end::error);
        continue;
      case pipeline::step::wait:
        break;
      case pipeline::step::linger:
        return start_linger();
      case pipeline::step::close:
        return close(end_of_input());
    }
    // It wants no input, so nothing else shows that nobody listens any more.
    if (dispatcher_.is_streaming() && has_ended_) {
      dispatcher_.end_stream();
      continue;
    }
    set_deadline();
    if (!is_writable_ || step == pipeline::step::read || dispatcher_.is_streaming())
      watch();
    return;
  }
}

void session::dispatch() {
  if (dispatcher_.is_streaming())
    dispatcher_.end_void_stream(services_.clock.wall());
  while (auto next = dispatcher_.next_call())
    services_.store_client.send(std::move(next->submission), next->slot, *this);
  // A request that arrived after drain() may have begun a stream.
  if (is_draining_)
    dispatcher_.end_stream();
}

/// Adds the descriptor to the ready set when the session first waits for it: a connection that ends
/// with its first response is never added.
void session::watch() {
  if (!std::exchange(is_watched_, true) &&
      !services_.ready_set.watch(transport_->descriptor(), *this))
    close(connection_end::error);
}

/// Has on_ready() report the current readiness again.
void session::watch_again() {
  is_watched_ = false;
  watch();
}

/// Returns false when the connection is broken.
bool session::read() {
  auto& buffer = services_.read_buffer;
  const auto [bytes, status] = transport_->read(buffer);
  services_.metrics.received_bytes.add(bytes);
  switch (status) {
    case transport::status::done:
      break;
    case transport::status::wants_read:
      // The ready set has reported the end of the stream, and does not report it again.
      is_readable_ = has_ended_ && bytes > 0;
      break;
    case transport::status::wants_write:
      is_readable_ = false;
      reads_when_writable_ = true;
      break;
    case transport::status::end:
      pipeline_.feed_end();
      break;
    case transport::status::error:
      return false;
  }
  pipeline_.feed({buffer.data(), bytes});
  return true;
}

/// Writes the pipeline's output with one call. Returns false when the connection is broken.
bool session::write(bool is_last) {
  const auto output = pipeline_.output();
  const auto [bytes, status] = transport_->write(output, is_last);
  if (status == transport::status::error)
    return false;
  services_.metrics.sent_bytes.add(bytes);
  pipeline_.consume_output(bytes);
  is_pinged_ = false;
  // An event or two fit into the send buffer, so that no write shows that the peer has vanished.
  if (dispatcher_.is_streaming() &&
      stream_peer_.is_silent(bytes, *transport_, services_.limits.write_timeout))
    return false;
  if (status == transport::status::done) {
    // A stream is at rest most of the time.
    pipeline_.shrink(dispatcher_.is_streaming() ? 0 : counter::limits::retained_bytes_max);
    return true;
  }
  is_writable_ = false;
  writes_when_readable_ = status == transport::status::wants_read;
  deadline_for_ = pipeline::awaited::nothing;
  progress_.reads(transport_->unacknowledged());
  await_peer();
  return true;
}

// -- deadlines ----------------------------------------------------------------

void session::set_deadline() {
  if (!is_writable_)
    return;
  if (dispatcher_.is_streaming()) {
    if (!std::exchange(is_pinged_, true))
      services_.deadlines.set(*this, deadlines::stream_ping);
    return;
  }
  const auto awaited = pipeline_.awaits();
  const auto request = static_cast<std::uint32_t>(pipeline_.requests());
  if (awaited == deadline_for_ && request == deadline_request_)
    return;  // more bytes of the same request do not extend its deadline
  deadline_for_ = awaited;
  deadline_request_ = request;
  is_pausing_ = awaited == pipeline::awaited::request && !is_draining_;
  switch (awaited) {
    case pipeline::awaited::request:
      return services_.deadlines.set(*this, is_pausing_ ? deadlines::pause : deadlines::drain_idle);
    case pipeline::awaited::header:
      return services_.deadlines.set(*this, deadlines::header);
    case pipeline::awaited::body:
      progress_.writes(pipeline_.body_bytes(), {});
      return services_.deadlines.set(*this, deadlines::body);
    case pipeline::awaited::response:
    case pipeline::awaited::nothing:
      return deadlines::clear(*this);
  }
}

void session::on_deadline() {
  const self keep{this};
  const auto awaited = pipeline_.awaits();
  if (is_lingering_ && std::exchange(is_pausing_, false)) {
    progress_.reads(transport_->unacknowledged());
    if (progress_.has_read_all() || is_draining_)
      return close(end_of_input());
    return await_peer();
  }
  if ((!is_writable_ || is_lingering_) && progress_.reads(transport_->unacknowledged()))
    return await_peer();
  if (dispatcher_.is_streaming() && is_writable_) {
    is_pinged_ = false;
    dispatch();  // ends the stream if its token is void
    dispatcher_.ping_stream();
    return advance();
  }
  if (std::exchange(is_pausing_, false)) {
    pipeline_.shrink(0);
    return services_.deadlines.set(*this, deadlines::idle);
  }
  const bool is_partial =
      awaited == pipeline::awaited::header || awaited == pipeline::awaited::body;
  if (!is_writable_ || is_lingering_ || !is_partial)
    return close(end_at_deadline());
  if (awaited == pipeline::awaited::body &&
      progress_.writes(pipeline_.body_bytes(), services_.limits.body_timeout))
    return services_.deadlines.set(*this, deadlines::body);
  pipeline_.time_out();
  advance();
}

void session::await_peer() {
  is_pausing_ = false;
  const bool is_all_read = is_lingering_ && progress_.has_read_all();
  services_.deadlines.set(*this, is_all_read ? deadlines::linger : deadlines::write);
}

// -- the end ------------------------------------------------------------------

/// Returns why a connection ends that is not broken and has met no deadline of its own.
connection_end session::end_of_input() const noexcept {
  if (is_draining_)
    return connection_end::drain;
  if (const auto* refusal = pipeline_.refused())
    return refusal->status == status::request_timeout ? connection_end::timeout
                                                      : connection_end::answered;
  return pipeline_.input_ended() ? connection_end::peer : connection_end::answered;
}

/// Returns why a connection ends whose deadline has passed.
connection_end session::end_at_deadline() const noexcept {
  if (is_draining_ || is_lingering_)
    return end_of_input();
  return is_writable_ ? connection_end::idle : connection_end::timeout;
}

/// Reports the message that was refused, if there is one; at most once.
void session::report_refusal() {
  if (const auto* refusal = pipeline_.refused(); refusal != nullptr && !is_lingering_)
    services_.report(*refusal, /*is_first=*/pipeline_.requests() == 0);
}

void session::start_linger() {
  report_refusal();
  is_lingering_ = true;
  transport_->shutdown_send();
  // What was sent just now is acknowledged soon, or the peer is slow.
  progress_.reads(transport_->unacknowledged());
  is_pausing_ = true;
  services_.deadlines.set(*this, deadlines::linger);
  linger();
}

/// Discards input until the peer ends its side: closing with unread input would reset the
/// connection, and the peer might lose the last response.
void session::linger() {
  for (int reads = 0; reads < reads_in_a_row_max; ++reads) {
    const auto [bytes, status] = transport_->read(services_.read_buffer);
    lingered_bytes_ += static_cast<std::uint32_t>(bytes);
    if (status == transport::status::end || status == transport::status::error ||
        lingered_bytes_ > counter::limits::linger_bytes_max)
      return close(end_of_input());
    if (status != transport::status::done && !(has_ended_ && bytes > 0))
      return watch();
  }
  watch_again();
}

}  // namespace http
