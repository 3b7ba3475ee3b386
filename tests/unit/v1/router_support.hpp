#pragma once

#include "http/api/router.hpp"
#include "tests/unit/v1/support.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace unit {

/// The result of routing a request under /v1: a response, or requests to the store.
struct routed {
  std::optional<http::response> response{};
  std::vector<counter::request> requests{};
  bool is_long = false;

  int status() const { return response ? static_cast<int>(response->status) : 0; }
  std::string code() const { return response ? code_in(*response) : "asks"; }
  const counter::full_command& command() const {
    return std::get<counter::full_command>(requests.at(0));
  }
};

/// A server with three shards in memory.
inline const http::v1::server_info& info_in_memory() {
  static const http::v1::server_info server_info{"1.2.3", 2, {}, {.shards = 3}};
  return server_info;
}

inline routed route(const http::request& request,
                    const http::v1::server_info& server_info = info_in_memory(),
                    http::connection_info connection = {.is_local = true}) {
  http::router router{server_info};
  auto action = router.route(request, connection);
  routed result;
  if (auto* exchange = std::get_if<std::unique_ptr<http::exchange>>(&action)) {
    result.requests = requests_of(**exchange);
    result.is_long = (*exchange)->is_long();
  } else if (auto* response = std::get_if<http::response>(&action)) {
    result.response = std::move(*response);
  }
  return result;
}

inline routed route(http::method method, std::string_view target, const field_list& fields = {},
                    std::string_view body = "",
                    const http::v1::server_info& server_info = info_in_memory(),
                    http::connection_info connection = {.is_local = true}) {
  http::request request;
  request.method = method;
  request.target = target;
  request.fields = fields_of(fields);
  request.body = body;
  return route(request, server_info, connection);
}

}  // namespace unit
