#pragma once

#include "counter/call.hpp"
#include "counter/command.hpp"
#include "counter/limits.hpp"
#include "http/api/v1/pending_exchanges.hpp"
#include "http/api/v1/server_info.hpp"
#include "http/net/peer.hpp"
#include "http/protocol/date.hpp"
#include "http/protocol/request_parser.hpp"
#include "http/protocol/response_queue.hpp"
#include "http/protocol/target.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace http {

/// One connection without I/O: bytes in, commands out; replies in, bytes out.
/// Requests that arrive together are all in flight together, and are answered
/// in their order. Every decision about a connection is taken here.
///
///     feed(bytes); while (take_command()) ...; keep_rest();
///     complete(slot, command, reply);
///     send output(); consume_output(sent);
class pipeline {
public:
  /// All but `peer` are borrowed; `bodies` may be null, see request_parser.
  pipeline(const counter::limits& limits, const date& date, const v1::server_info& server_info,
           http::peer peer, body_budget* bodies = nullptr)
      : limits_(limits),
        date_(date),
        server_info_(server_info),
        peer_(peer),
        parser_(bodies) {}

  struct addressed_command {
    response_queue::slot slot;
    counter::command command{};  ///< its name is valid until the next take_command()
    /// What is asked in its place, unless null.
    std::unique_ptr<counter::request> request{};
  };

  // -- input ----------------------------------------------------------------

  /// More bytes from the peer, borrowed until keep_rest().
  void feed(std::string_view bytes);

  /// The peer will send nothing more.
  void feed_end() noexcept { input_ended_ = true; }

  /// The next of what the store has to be asked; requests that need no store are
  /// answered on the way. Nothing when there is none, or not until some replies
  /// are in or some output is sent: call it again then.
  std::optional<addressed_command> take_command();

  /// Copies what is not parsed yet of the bytes that were fed.
  void keep_rest();

  /// Whether more bytes may be fed now; false also when none are expected.
  bool wants_input() const noexcept;

  /// Whether requests wait for replies to come in, or for output to be sent.
  bool is_held_back() const noexcept { return !is_closing_ && !can_parse(); }

  // -- output ---------------------------------------------------------------

  /// The reply to the command with this slot; each exactly once.
  void complete(response_queue::slot slot, const counter::command& command,
                const counter::reply& reply);

  /// The same for a question. There may be more to take_command() then.
  void complete(response_queue::slot slot, counter::call answered);

  std::string_view output() const noexcept { return responses_.output(); }
  void consume_output(std::size_t bytes) noexcept { responses_.consume(bytes); }

  // -- the connection -------------------------------------------------------

  enum class awaited {
    request,  ///< nothing has begun
    header,   ///< the rest of a header
    body,     ///< the rest of a body
    reply,    ///< the store
    nothing,  ///< all is said: close when the output is sent
  };
  awaited awaits() const noexcept;

  /// Grows with each request that begins, so that two awaited headers can be
  /// told apart.
  std::uint64_t requests() const noexcept { return requests_; }

  /// What awaits() says took too long: 408, and nothing after it.
  void time_out();

  /// Answers `why` and nothing after it.
  void refuse(const refusal& why);

  /// The server is stopping: one more answer, with `Connection: close`.
  void drain() noexcept;

  /// The peer may still be sending: read on for a while when closing, so that
  /// it gets our last answer and not a reset.
  bool should_linger() const noexcept { return should_linger_; }

  /// Gives memory back where there is more than `kept_bytes` of it, when nothing
  /// is under way.
  void shrink(std::size_t kept_bytes);

private:
  std::string_view unparsed() const noexcept;
  bool can_parse() const noexcept;
  std::optional<addressed_command> answer_request();
  std::optional<addressed_command> next_request();
  void pause_for_body();
  bool is_last(const request& request) const noexcept;

  const counter::limits& limits_;
  const date& date_;
  const v1::server_info& server_info_;
  const http::peer peer_;
  request_parser parser_;
  target target_;
  response_queue responses_;
  v1::pending_exchanges pending_;

  std::string_view fed_;  // borrowed, when rest_ is empty
  std::string rest_;      // ours, not parsed yet from rest_begin_ on
  std::size_t rest_begin_ = 0;

  std::uint64_t requests_ = 0;
  bool input_ended_ = false;
  bool is_draining_ = false;
  bool is_closing_ = false;  // nothing more is parsed
  bool should_linger_ = false;
};

}  // namespace http
