#pragma once

#include "http/protocol/header_fields.hpp"
#include "http/protocol/known_hosts.hpp"

#include <cstdint>
#include <string>

namespace http {

/// Each method is one bit, so that routes can hold sets of methods.
enum class method : std::uint8_t {
  get = 1,
  head = 2,
  post = 4,
  put = 8,
  delete_ = 16,
  options = 32,
  other = 64,  ///< known to HTTP but used by no route: PATCH, ...
};

constexpr unsigned operator|(method left, method right) noexcept {
  return static_cast<unsigned>(left) | static_cast<unsigned>(right);
}
constexpr unsigned operator|(unsigned left, method right) noexcept {
  return left | static_cast<unsigned>(right);
}
constexpr bool contains(unsigned set, method method) noexcept {
  return (set & static_cast<unsigned>(method)) != 0;
}

/// A parsed request. request_parser says how long each member is valid.
struct request {
  http::method method = method::other;
  std::string target;    ///< as sent, at most limits::target_bytes_max
  header_fields fields;  ///< cleared when the parser restarts, as is the body
  /// At most limits::body_bytes_max; always empty for methods other than POST, PUT and DELETE.
  std::string body;
  bool http_11 = false;     ///< true: HTTP/1.1; false: HTTP/1.0
  bool keep_alive = false;  ///< the peer allows the connection to persist (RFC 9112 section 9.3)
  bool asks_keep_alive = false;  ///< the request has Connection: keep-alive
  /// The value of Host if it is known, and then not in `fields`; otherwise null.
  const http::known_host* known_host = nullptr;

  /// Returns the value of Host, known or not; empty if there is none.
  std::string host() const {
    return known_host != nullptr ? known_host->text
                                 : fields.find(header_fields::name::host).value_or("");
  }
};

}  // namespace http
