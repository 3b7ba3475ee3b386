#pragma once

#include "http/protocol/response_text.hpp"
#include "http/protocol/status.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace http {

inline constexpr std::string_view text_type = "text/plain; charset=utf-8";
inline constexpr std::string_view json_type = "application/json";

/// The value of Allow for the server as a whole (RFC 9110 section 9.3.7), and where a method is
/// refused before routing.
inline constexpr std::string_view any_allow = "GET, HEAD, POST, PUT, DELETE, OPTIONS";

/// What caches may do with a response (RFC 9111 section 5.2.2).
enum class caching : std::uint8_t {
  no_store,            ///< they must not store it
  no_store_transform,  ///< nor may proxies compress it, which would hold parts of it back
  no_cache,            ///< they may store it if they revalidate it before each use
  one_minute,          ///< they may use it for a minute
  /// no_store, in the words that image proxies understand: some heed only `max-age`, others only
  /// `no-cache`.
  no_store_by_images,
};

/// A response without its framing. Borrowed members must be valid until it is rendered.
struct response {
  http::status status = status::ok;
  response_text body{};               ///< ignored for 204 and 304
  std::string_view type = text_type;  ///< the value of Content-Type; static
  std::string_view allow{};           ///< the value of Allow; static; empty: no Allow field
  /// Further fields as complete lines. Text that a peer chose must be percent-encoded in them, so
  /// that no peer can add a line.
  response_text fields{};
  http::caching caching = caching::no_store;
  /// `fields` has a Content-Security-Policy, as the files of a page need.
  bool has_content_policy = false;
  /// A number that says why the request failed, for statistics; 0: nothing but the status says so.
  std::uint8_t reason = 0;
  /// A reason: the status says no, but refuses nothing, as a probe's does.
  static constexpr std::uint8_t not_refused = 0xff;
  /// The value of Retry-After, in seconds, if the status is 503.
  std::uint8_t retry_after = 1;

  /// Sets `retry_after`, unless `time` is 0. Precondition: it is 0 to 255 seconds.
  void try_again_after(std::chrono::seconds time) noexcept {
    if (time.count() != 0)
      retry_after = static_cast<std::uint8_t>(time.count());
  }
};

/// The framing of the response to one request.
struct framing {
  bool http_11 = true;      ///< true: the peer speaks HTTP/1.1; false: HTTP/1.0
  bool keep_alive = false;  ///< the connection persists after the response
  bool is_head = false;     ///< the response to HEAD: the header that GET would have, and no body
  /// The seconds in a Keep-Alive field: how long the connection may be idle (RFC 2068 section
  /// 19.7.1.1). 0, and every response that closes: no such field.
  std::uint16_t idle_seconds = 0;
  const std::string* fields = nullptr;  ///< further fields, as complete lines; null: none
};

/// Appends the complete response to `output`, with Content-Length, Date and Connection. `date` is
/// an IMF-fixdate (RFC 9110 section 5.6.7).
void render(std::string& output, const response& response, const framing& framing,
            std::string_view date);

// -- responses of unknown length ------------------------------------------------
//
// Order of calls: frame_stream(), render_head(), render_piece() any number of times, render_end().

/// Adapts `framing` to a response of unknown length. HTTP/1.1 marks its end by the chunked transfer
/// coding (RFC 9112 section 7.1), HTTP/1.0 only by the end of the connection: `keep_alive` becomes
/// false.
void frame_stream(framing& framing) noexcept;

/// Appends the header of `response`. Ignores its body.
void render_head(std::string& output, const response& response, const framing& framing,
                 std::string_view date);

/// Appends a piece of the body; nothing for HEAD. Ignores an empty piece, which would end a chunked
/// body.
void render_piece(std::string& output, std::string_view bytes, const framing& framing);

/// Appends the end of the body.
void render_end(std::string& output, const framing& framing);

}  // namespace http
