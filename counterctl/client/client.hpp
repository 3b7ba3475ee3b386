#pragma once

#include "counterctl/client/connection.hpp"
#include "counterctl/client/request.hpp"
#include "counterctl/client/response.hpp"

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>

namespace counterctl {

/// No answer has settled a request that may have been carried out.
class outcome_unknown : public std::runtime_error {
public:
  outcome_unknown(const std::string& reason, const std::string& key)
      : std::runtime_error(reason),
        key_(key) {}

  /// The same request with this key counts once. Empty: it had none.
  const std::string& key() const noexcept { return key_; }

private:
  std::string key_;
};

struct client_settings {
  server_address address;
  std::string token{};
  std::chrono::milliseconds timeout{10'000};  ///< for a request with all its repetitions
  /// Is told why a request is sent again; may be null.
  std::function<void(const std::string& reason)> on_retry{};
};

/// Sends requests until an answer settles them. Used by one thread.
class client {
public:
  explicit client(const client_settings& settings);

  /// Sends a request until its outcome is known or the timeout is over. Returns the response, which
  /// may be a refusal. A write without a key is never sent again once the server may have it.
  /// Throws unreachable or outcome_unknown.
  response send(const request& request);
  /// The same with another timeout.
  response send(const request& request, std::chrono::milliseconds timeout);

  /// The connection, for event streams.
  counterctl::connection& connection() noexcept { return connection_; }
  const client_settings& settings() const noexcept { return settings_; }

private:
  client_settings settings_;
  counterctl::connection connection_;
};

/// Returns a new random Idempotency-Key (a UUID of version 4, RFC 9562).
std::string random_key();

}  // namespace counterctl
