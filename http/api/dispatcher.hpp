#pragma once

#include "counter/call.hpp"
#include "counter/command.hpp"
#include "http/api/request_context.hpp"
#include "http/api/v1/pending_exchanges.hpp"
#include "http/protocol/pipeline.hpp"

#include <cstddef>
#include <memory>
#include <optional>

namespace http {

/// The only one who knows both HTTP and the store: takes the requests of one
/// connection's pipeline, has them routed, says what the store must be asked, and
/// completes the responses. No I/O.
///
///     while (auto next = next_call()) send it to the store;
///     complete(slot, ...) with what the store replies; next_call() again
///
/// Used on its event loop's thread.
class dispatcher {
public:
  /// Both are borrowed.
  dispatcher(http::pipeline& pipeline, const v1::server_info& server, connection_info connection)
      : pipeline_(pipeline),
        server_(server),
        connection_(connection) {}

  struct addressed_call {
    response_queue::slot slot;
    counter::command command{};  ///< its name is valid until the next next_call()
    /// Asked in place of the command, unless null.
    std::unique_ptr<counter::request> request{};
  };

  /// The next of what the store has to be asked; requests that need no store are
  /// answered on the way. Nullopt when there is none, or not before responses are
  /// completed or output is sent: call it again then.
  std::optional<addressed_call> next_call();

  /// The store's reply to the command with this slot; once for each.
  void complete(response_queue::slot slot, const counter::command& command,
                const counter::reply& reply);

  /// The same for a request. Then next_call() may return more.
  void complete(response_queue::slot slot, counter::call completed);

  /// Frees each buffer that is larger than `kept_bytes`; call it when the pipeline awaits
  /// a request.
  void shrink(std::size_t kept_bytes) { target_.shrink(kept_bytes); }

private:
  std::optional<addressed_call> handle(const request& request);
  std::optional<addressed_call> next_of_exchanges();

  http::pipeline& pipeline_;
  const v1::server_info& server_;
  const connection_info connection_;
  target target_;
  v1::pending_exchanges exchanges_;
};

}  // namespace http
