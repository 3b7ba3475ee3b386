#pragma once

#include "http/protocol/response_text.hpp"
#include "http/protocol/status.hpp"

#include <string>
#include <string_view>

namespace http {

inline constexpr std::string_view text_type = "text/plain; charset=utf-8";
inline constexpr std::string_view json_type = "application/json";

/// A response, apart from how it is framed. What it borrows must be valid until it is
/// rendered.
struct response {
  http::status status = status::ok;
  response_text body{};               ///< ignored for 204 and 304
  std::string_view type = text_type;  ///< the value of Content-Type; static
  std::string_view allow{};           ///< the value of Allow; static; empty: no such field
  /// Further fields as whole lines. Whatever a peer chose in them is percent-encoded, so
  /// that no peer can add a line.
  response_text fields{};
  /// Caches may store the response if they revalidate it before each use (`no-cache`);
  /// otherwise they must not store it (`no-store`), RFC 9111 section 5.2.2.
  bool may_be_cached = false;
};

/// How the response to one request is framed.
struct framing {
  bool http_11 = true;      ///< the peer speaks HTTP/1.1, else HTTP/1.0
  bool keep_alive = false;  ///< more requests may follow
  bool is_head = false;     ///< the header of a GET without its body
};

/// Appends the whole response to `output`. Here alone Content-Length, Date and
/// Connection are decided. `date` is an IMF-fixdate (RFC 9110 section 5.6.7).
void render(std::string& output, const response& response, const framing& framing,
            std::string_view date);

// -- a response whose length is not known when it begins ------------------------

/// Decides how such a response ends, before any of it is rendered: HTTP/1.1 has the
/// chunked transfer coding (RFC 9112 section 7.1); HTTP/1.0 has nothing but the end of
/// the connection, so `keep_alive` becomes false.
void frame_stream(framing& framing) noexcept;

/// Appends the header of `response`, whose body is ignored, framed by frame_stream().
void render_head(std::string& output, const response& response, const framing& framing,
                 std::string_view date);

/// Appends one piece of the body. Does nothing for an empty piece, which would end the
/// chunked coding, and nothing for HEAD.
void render_piece(std::string& output, std::string_view bytes, const framing& framing);

/// Appends the end of the body.
void render_end(std::string& output, const framing& framing);

}  // namespace http
