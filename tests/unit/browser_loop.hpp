#pragma once

#include "http/api/browser_guard.hpp"
#include "http/api/router.hpp"
#include "http/protocol/request_parser.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace unit {

inline constexpr http::connection_info near{.is_local = true};
inline constexpr http::connection_info far{.is_local = false};

inline const http::v1::server_info no_info;

/// A loop that takes requests of one kind after another, as its connections send them.
class browser_loop {
public:
  explicit browser_loop(rights::browser_policy browsers = {},
                        http::connection_info connection = near)
      : router_(no_info, {.remote = rights::scope_set::all(), .browsers = std::move(browsers)}),
        connection_(connection) {}

  /// Returns the status of the response, or 200 if the request goes on to the store. `lines` are
  /// the whole header fields, each with a line end.
  int ask(std::string_view method, std::string_view target, std::string_view lines) {
    http::request_parser parser{nullptr, &router_.known_hosts()};
    const auto text = std::string{method} + " " + std::string{target} + " HTTP/1.1\r\n" +
                      std::string{lines} + "\r\n";
    parser.parse(text);
    REQUIRE(parser.state() == http::parse_state::complete);
    const auto& request = parser.request();
    auto action = router_.route(request, connection_);
    auto* response = std::get_if<http::response>(&action);
    const auto* fields =
        router_.fields_for(request, response != nullptr && response->has_content_policy);
    fields_ = fields == nullptr ? "" : *fields;
    if (response != nullptr) {
      response_ = std::move(*response);
      return static_cast<int>(response_.status);
    }
    response_ = {};
    return 200;
  }
  int get(std::string_view target, std::string_view lines) { return ask("GET", target, lines); }

  std::string_view body() const { return response_.body.view(); }
  /// The fields of the response itself, and what the guard adds to it.
  std::string fields() const { return std::string{response_.fields.view()} + fields_; }
  bool has(std::string_view line) const {
    return fields().find(std::string{line} + "\r\n") != std::string::npos;
  }

private:
  http::router router_;
  http::connection_info connection_;
  http::response response_;
  std::string fields_;
};

inline std::string host(std::string_view name) {
  return "Host: " + std::string{name} + "\r\n";
}

inline constexpr std::string_view inc = "/inc?name=x";

}  // namespace unit
