#pragma once

#include "counter/call.hpp"
#include "http/api/pending_exchanges.hpp"
#include "http/api/request_context.hpp"
#include "http/protocol/pipeline.hpp"

#include <cstddef>
#include <memory>
#include <optional>

namespace http {

/// Connects one connection's pipeline to the store: takes requests from the pipeline, routes them,
/// yields calls for the store, and completes the responses. The only class that joins
/// a pipeline to the store. No I/O: the caller sends the calls.
///
///     while (auto next = next_call()) ... send it to the store
///     complete(slot, ...) with each reply, then next_call() again
///
/// Used on its event loop's thread.
class dispatcher {
public:
  /// Borrows `pipeline` and `server`.
  dispatcher(http::pipeline& pipeline, const v1::server_info& server, connection_info connection)
      : pipeline_(pipeline),
        server_(server),
        connection_(connection) {}

  struct addressed_call {
    response_queue::slot_type slot;
    counter::submission submission;  ///< its name is valid until the following next_call()
  };

  /// Returns the next call for the store. Responds to requests that need no store on the way.
  /// Returns nullopt when there is no call now: call it again after bytes were fed, a call was
  /// completed or output was sent.
  std::optional<addressed_call> next_call();

  /// Takes the store's reply to a call of `slot`; once for each. next_call() may then return
  /// further calls of the same slot.
  void complete(response_queue::slot_type slot, const counter::completion& completion);

  /// Frees each buffer that is larger than `bytes_max`. Call it only when the pipeline awaits a
  /// request.
  void shrink(std::size_t bytes_max) { target_.shrink(bytes_max); }

private:
  void handle(const request& request, std::optional<addressed_call>& next);
  std::optional<addressed_call> next_exchange_call();

  http::pipeline& pipeline_;
  const v1::server_info& server_;
  const connection_info connection_;
  target target_;
  pending_exchanges exchanges_;
};

}  // namespace http
