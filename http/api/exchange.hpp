#pragma once

#include "counter/call.hpp"
#include "http/protocol/response.hpp"

#include <cstdint>
#include <functional>
#include <optional>

namespace http {

/// An HTTP request that needs one or more requests to the store. No I/O: the caller sends what
/// next_request() returns, and passes each completed call to take(), until is_done(). Used on its
/// event loop's thread.
class exchange {
public:
  virtual ~exchange() = default;

  /// Returns the next request to the store. Returns nullopt if the exchange needs take() first, or
  /// no further request.
  virtual std::optional<counter::request> next_request() = 0;

  /// Takes a request back with its response; once for each request, in any order.
  virtual void take(counter::call completed) = 0;

  /// Returns true when every response was taken and no request is left to send.
  virtual bool is_done() const noexcept = 0;

  /// Returns the HTTP response. Call it once, when is_done().
  virtual http::response response() = 0;

  /// Calls `report` with the reason, see response::reason, of each operation that has failed while
  /// the response as a whole has not. Call it when is_done().
  virtual void report_failures(const std::function<void(std::uint8_t reason)>& /*report*/) const {}

  /// Returns true if the response may be large or slow: no further request of the connection begins
  /// before it is complete.
  virtual bool is_long() const noexcept { return false; }

  /// Returns true if the exchange must not begin before all earlier requests of the connection are
  /// complete. Lists and backups have mailboxes of their own, where they would overtake those.
  virtual bool is_ordered() const noexcept { return false; }
};

}  // namespace http
