#pragma once

#include "http/api/accepted_fields.hpp"
#include "http/protocol/header_fields.hpp"
#include "rights/digest.hpp"
#include "rights/grant.hpp"
#include "rights/token_set.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace http {

/// Finds what the token of a request gives. One for each event loop: used on its thread.
class authenticator {
public:
  enum class outcome : std::uint8_t {
    none,       ///< the request has no field Authorization
    accepted,   ///< it has a token that is valid now
    repeated,   ///< it has more than one field
    malformed,  ///< it has another scheme, or what is no token
    mistyped,   ///< its token does not match its own check characters
    unknown,    ///< no token has this digest
    expired,
  };

  struct result {
    authenticator::outcome outcome = outcome::none;
    const rights::grant* grant =
        nullptr;             ///< of a token that is accepted; valid until set_tokens()
    bool is_bearer = false;  ///< no browser sends the field by itself
  };

  /// Calls set_tokens().
  explicit authenticator(std::shared_ptr<const rights::token_set> tokens = {});

  /// Returns false if the server has no tokens: then check() may not be called.
  bool is_enabled() const noexcept { return tokens_ != nullptr; }

  /// Replaces the tokens, for the next request on; null: the server has none. Throws
  /// std::runtime_error if there are tokens and no SHA-256.
  void set_tokens(std::shared_ptr<const rights::token_set> tokens);

  /// Judges the token of a request by the time `now`.
  result check(const header_fields& fields, std::chrono::sys_seconds now);

private:
  result look_up(std::string_view field);

  std::shared_ptr<const rights::token_set> tokens_;
  std::optional<rights::hasher> hasher_;       // once there have been tokens
  std::unique_ptr<accepted_fields> accepted_;  // the same
};

}  // namespace http
