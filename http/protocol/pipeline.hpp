#pragma once

#include "counter/limits.hpp"
#include "http/protocol/date.hpp"
#include "http/protocol/request_parser.hpp"
#include "http/protocol/response_queue.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace http {

/// One HTTP/1.x connection without I/O: bytes in, requests out; responses in, bytes out. Yields
/// pipelined requests without waiting for responses, accepts the responses in any order, and sends
/// them in the order of the requests (RFC 9112 section 9.3.2). Makes every decision about the
/// connection, and knows nothing about the meaning of requests.
///
///     feed(bytes);
///     while (auto* request = next_request()) ... complete(slot(), response), now or later
///     switch (next_step(...)) ...
///
/// Used on its event loop's thread.
class pipeline {
public:
  using slot_type = response_queue::slot_type;

  /// Borrows all; `bodies` and `hosts` may be null, see request_parser.
  pipeline(const counter::limits& limits, const date& date, body_budget* bodies = nullptr,
           const known_hosts* hosts = nullptr)
      : date_(date),
        parser_(bodies, hosts),
        pipelined_max_(static_cast<std::uint32_t>(limits.pipelined_max)),
        idle_seconds_(idle_seconds_of(limits.idle_timeout)) {}

  // -- requests -------------------------------------------------------------

  /// Takes bytes from the peer, borrowed until next_step(). Call it only after next_step() has
  /// returned `read`.
  void feed(std::string_view bytes);

  /// Reports that the peer has ended its side of the connection.
  void feed_end() noexcept { input_ended_ = true; }

  /// Returns the next complete request, once. Returns null if there is none, or if
  /// limits::pipelined_max requests are pending, limits::output_bytes_max bytes of output are
  /// unsent or the connection is held: call it again after feed(), complete() or consume_output().
  /// The request is valid until the next call of next_request() or next_step().
  const http::request* next_request();

  /// From now on next_request() also returns null when the header of a request is complete and its
  /// body is not, before anything is sent to the peer: is_undecided() is true then, once for each
  /// request. Decide whether the body is of use, then call next_request() again.
  void decide_on_bodies() noexcept { decides_ = true; }
  bool is_undecided() const noexcept { return is_undecided_; }

  /// Returns the request to decide on, whose body is void. Valid until the decision.
  const http::request& undecided() const noexcept { return parser_.request(); }

  /// Decides that the body is of use: sends `100 Continue` if the peer waits for it, and yields the
  /// request when it is complete.
  void accept_body() noexcept;

  /// Decides that the response does not depend on the body, as if next_request() had yielded the
  /// request: complete its slot(). The body is discarded as it arrives. A peer that waits for `100
  /// Continue` may never send it, so the connection ends with the response.
  void refuse_body();

  /// Returns the slot for the response to the request that was yielded last.
  slot_type slot() const noexcept { return responses_.newest(); }

  /// Returns the slot of the oldest request without a complete response.
  slot_type oldest_slot() const noexcept { return responses_.oldest(); }

  /// Adds fields, as complete lines, to the response of `slot`. Borrows `fields` until the response
  /// is complete. Call it before complete() and begin(), once.
  void add_fields(slot_type slot, const std::string& fields) {
    responses_.add_fields(slot, fields);
  }

  /// Makes the response to the request that was yielded last the connection's last, and yields no
  /// further request. Call it before complete() and begin().
  void close_after_newest() noexcept;

  /// Yields no further request until the response of `slot` is complete. For responses that may be
  /// large or slow.
  void hold_until_complete(slot_type slot) noexcept { held_until_ = slot; }

  // -- responses ------------------------------------------------------------

  /// Renders the response of `slot`; once for each request.
  void complete(slot_type slot, const response& response);

  /// These replace complete() for a response of unknown length, see response_queue. The connection
  /// must be held for `slot`.
  void begin(slot_type slot, const response& head);
  void append(slot_type slot, std::string_view bytes) { responses_.append(slot, bytes); }
  void end(slot_type slot);

  // -- next step ----------------------------------------------------------------

  /// What the caller must do.
  enum class step {
    write,       ///< send output(), call consume_output(), then next_request()
    write_last,  ///< the same; output() ends with the connection's last byte
    read,        ///< wait for input or its end, call feed() or feed_end()
    wait,        ///< wait until a response is completed or the socket is writable
    linger,      ///< all output is sent: end this side, discard input for a while, then close
    close,       ///< all output is sent and no input matters: close
  };

  /// Returns what to do after next_request() has returned null. `can_write` says whether the socket
  /// is writable. Copies the bytes that were fed and not parsed yet.
  step next_step(bool can_write);

  /// Returns the bytes to send, valid until the next call that is not const.
  std::string_view output() const noexcept { return responses_.output(); }

  /// Reports that the first `bytes` of output() were sent.
  void consume_output(std::size_t bytes) noexcept { responses_.consume(bytes); }

  /// Returns the number of rendered bytes not sent yet, including responses that wait for an
  /// earlier one.
  std::size_t output_bytes() const noexcept { return responses_.bytes(); }

  // -- deadlines ----------------------------------------------------------------

  /// What the connection waits for.
  enum class awaited {
    request,   ///< the first byte of a request
    header,    ///< the rest of a header
    body,      ///< the rest of a body
    response,  ///< complete() or end()
    nothing,   ///< output to be sent, or closing
  };
  awaited awaits() const noexcept;

  /// Returns the number of requests that have begun. The number distinguishes the header of one
  /// request from that of the next.
  std::uint64_t requests() const noexcept { return requests_; }

  /// Returns the bytes of the current request's body that have arrived.
  std::size_t body_bytes() const noexcept { return parser_.body_bytes(); }

  /// Responds 408 to the partial request and closes. Call it when a deadline for `header` or `body`
  /// has passed.
  void time_out();

  // -- end of the connection ------------------------------------------------------

  /// Responds with `refusal`, a constant, after the pending responses, then closes. Yields no
  /// further request. Does nothing if the connection is closing already.
  void refuse(const refusal& refusal);

  /// Returns true after feed_end().
  bool input_ended() const noexcept { return input_ended_; }

  /// Returns the refusal that ends the connection; null if there is none.
  const refusal* refused() const noexcept { return refused_; }

  /// Ends the connection with one more response, which has `Connection: close`. Requests that have
  /// arrived completely are still yielded.
  void drain() noexcept;

  /// Frees each buffer that is larger than `bytes_max`. Does nothing while output is pending, or a
  /// request that is not the connection's last.
  void shrink(std::size_t bytes_max);

private:
  static std::uint16_t idle_seconds_of(std::chrono::milliseconds timeout) noexcept;
  static constexpr auto none = std::numeric_limits<slot_type>::max();

  std::string_view unparsed() const noexcept;
  bool can_parse() const noexcept;
  bool wants_input() const noexcept;
  void yield();
  void release_request();
  void save_unparsed();
  void release();
  void end_of_bytes();
  bool stop_to_decide() noexcept;
  bool is_last(const http::request& request) const noexcept;

  const date& date_;
  request_parser parser_;
  response_queue responses_;

  // Unparsed input: fed_ if rest_ is empty, otherwise rest_ from rest_begin_ on.
  std::string_view fed_;
  std::string rest_;
  std::size_t rest_begin_ = 0;

  const refusal* refused_ = nullptr;
  std::uint64_t requests_ = 0;
  slot_type held_until_ = none;
  // Every byte counts: there are many idle connections.
  const std::uint32_t pipelined_max_;
  const std::uint16_t idle_seconds_;  // for those who ask; less than the idle timeout
  bool is_yielded_ : 1 = false;       // the caller uses the parser's request
  bool input_ended_ : 1 = false;
  bool is_draining_ : 1 = false;
  bool is_closing_ : 1 = false;  // no more input is parsed
  // The peer may still be sending. Closing with unread input would reset the connection, and the
  // peer might lose the last response.
  bool should_linger_ : 1 = false;
  // The state of the current request.
  bool is_undecided_ : 1 = false;   // the caller must decide on its body
  bool is_decided_ : 1 = false;     // the caller has decided
  bool is_refused_ : 1 = false;     // the decision was refuse_body()
  bool is_discarding_ : 1 = false;  // its refused body is still arriving
  bool decides_ : 1 = false;        // decide_on_bodies() was called
};

}  // namespace http
