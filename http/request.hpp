#pragma once

#include <cstdint>
#include <string>

namespace http {

/// Single bits, so that a route can name a set of them.
enum class method : std::uint8_t {
  get = 1,
  head = 2,
  post = 4,
  options = 8,
  other = 16,  ///< known to HTTP, used by no route: PUT, PATCH, ...
};

/// What the pipeline needs of a request's header.
struct request {
  http::method method = method::other;
  std::string target;       ///< as sent, at most limits::target_bytes_max
  bool http_11 = false;     ///< HTTP/1.1, else HTTP/1.0
  bool keep_alive = false;  ///< the peer would send more requests
};

}  // namespace http
