#pragma once

#include "http/protocol/status.hpp"

#include <string>
#include <string_view>

namespace http {

inline constexpr std::string_view text_type = "text/plain; charset=utf-8";
inline constexpr std::string_view json_type = "application/json";

/// What is said, apart from how it is framed. Everything is borrowed until it
/// is rendered.
struct response {
  http::status status = status::ok;
  std::string_view body{};   ///< none for 204 and 304
  std::string_view allow{};  ///< the value of Allow, or empty
  std::string_view type = text_type;
  /// More fields, as whole lines. They hold nothing that a peer could choose,
  /// unless it is percent-encoded.
  std::string_view fields{};
  /// Caches may keep it if they ask whether it still holds (`no-cache`); otherwise
  /// they may not (`no-store`).
  bool may_be_kept = false;
};

/// How the answer to one request is framed.
struct framing {
  bool http_11 = true;      ///< what the peer speaks
  bool keep_alive = false;  ///< more requests may follow
  bool is_head = false;     ///< the fields of a GET without its body
};

/// Appends the whole response to `output`. The one place where Content-Length,
/// Date and Connection are decided. `date` is an IMF-fixdate.
void render(std::string& output, const response& response, const framing& framing,
            std::string_view date);

}  // namespace http
