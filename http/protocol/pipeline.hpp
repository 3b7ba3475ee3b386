#pragma once

#include "counter/limits.hpp"
#include "http/protocol/date.hpp"
#include "http/protocol/request_parser.hpp"
#include "http/protocol/response_queue.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace http {

/// One HTTP/1.x connection without I/O: bytes in, requests out; responses in, bytes out.
/// Requests that arrive together are yielded together and answered in their order, in
/// whatever order their responses are completed. Every decision about a connection is
/// taken here; what the requests ask for is not known here.
///
///     feed(bytes);
///     while (auto* request = next_request()) ... complete(slot(), response), now or later
///     switch (next_step(...)) ...
///
/// Used on its event loop's thread.
class pipeline {
public:
  using slot_type = response_queue::slot;

  /// All are borrowed; `bodies` may be null, see request_parser.
  pipeline(const counter::limits& limits, const date& date, body_budget* bodies = nullptr)
      : limits_(limits),
        date_(date),
        parser_(bodies) {}

  // -- requests -------------------------------------------------------------

  /// More bytes from the peer, borrowed until next_step(). Call it only after next_step()
  /// has returned `read`.
  void feed(std::string_view bytes);

  /// The peer will send nothing more.
  void feed_end() noexcept { input_ended_ = true; }

  /// The next whole request. Null when there is none, or when none may begin before
  /// responses are completed or output is sent: call it again then. Each request is
  /// yielded once, and is valid until the next call of next_request() or next_step().
  const http::request* next_request();

  /// Where the response to the request that was yielded last belongs.
  slot_type slot() const noexcept { return slot_; }

  /// No further request is yielded until the response of `slot` is complete: it may be
  /// long, or take long.
  void hold_until_complete(slot_type slot) noexcept { held_until_ = slot; }

  // -- responses ------------------------------------------------------------

  /// Completes the response of `slot`; once for each request.
  void complete(slot_type slot, const response& response);

  /// In place of complete(): a response whose length is not known when it begins, see
  /// response_queue. The connection must be held until it is complete.
  void begin(slot_type slot, const response& head);
  void append(slot_type slot, std::string_view bytes) { responses_.append(slot, bytes); }
  void end(slot_type slot);

  // -- what to do next --------------------------------------------------------

  enum class step {
    write,       ///< send output(), call consume_output(), ask again
    write_last,  ///< the same; output() ends with the connection's last byte
    read,        ///< feed() or feed_end(), when the peer has sent something
    wait,        ///< nothing: until a response is completed, or the socket takes output
    linger,      ///< all is sent: read and discard for a while, then close
    close,       ///< all is sent, and the peer sends nothing that matters: close
  };

  /// What the connection needs when next_request() has returned null. `can_write` says
  /// whether the socket takes output now. Bytes that were fed and not parsed are copied.
  step next_step(bool can_write);

  std::string_view output() const noexcept { return responses_.output(); }
  void consume_output(std::size_t bytes) noexcept { responses_.consume(bytes); }

  /// Rendered output that is not sent, of responses whose turn has not come, too.
  std::size_t output_bytes() const noexcept { return responses_.bytes(); }

  // -- how long it may take -----------------------------------------------------

  enum class awaited {
    request,   ///< nothing has begun
    header,    ///< the rest of a header
    body,      ///< the rest of a body
    response,  ///< complete()
    nothing,   ///< only that the output is sent
  };
  awaited awaits() const noexcept;

  /// Grows with each request that begins, so that the deadlines of two headers can be
  /// told apart.
  std::uint64_t requests() const noexcept { return requests_; }

  /// What awaits() returns took too long: responds 408, and closes.
  void time_out();

  // -- the end ------------------------------------------------------------------

  /// Responds with `refusal` and closes; no request is yielded any more.
  void refuse(const refusal& refusal);

  /// The server is stopping: one more response, with `Connection: close`. Requests that
  /// were pipelined behind it are still answered.
  void drain() noexcept;

  /// Frees each buffer that is larger than `kept_bytes`, when no request and no output
  /// is pending.
  void shrink(std::size_t kept_bytes);

private:
  std::string_view unparsed() const noexcept;
  bool can_parse() const noexcept;
  bool wants_input() const noexcept;
  void yield();
  void release_request();
  void keep_unparsed();
  void end_of_bytes();
  bool is_last(const http::request& request) const noexcept;

  const counter::limits& limits_;
  const date& date_;
  request_parser parser_;
  response_queue responses_;

  std::string_view fed_;  // borrowed, when rest_ is empty
  std::string rest_;      // ours, not parsed yet from rest_begin_ on
  std::size_t rest_begin_ = 0;

  std::uint64_t requests_ = 0;
  slot_type slot_ = 0;
  std::optional<slot_type> held_until_;
  bool is_yielded_ = false;  // a request, which the parser still holds
  bool input_ended_ = false;
  bool is_draining_ = false;
  bool is_closing_ = false;  // nothing more is parsed
  // The peer may still be sending: to close with unread input would reset the
  // connection, and the peer might lose the last response.
  bool should_linger_ = false;
};

}  // namespace http
