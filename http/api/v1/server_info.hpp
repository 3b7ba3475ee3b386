#pragma once

#include "counter/limits.hpp"
#include "counter/store/traits.hpp"

#include <string>
#include <string_view>

namespace http::v1 {

/// Facts about the server that responses need. Constructed once, then read by all event loops.
struct server_info {
  counter::store_traits store{};
  std::string info{};  ///< the body of GET /v1/info

  server_info() = default;
  server_info(std::string_view version, unsigned threads, const counter::limits& limits,
              const counter::store_traits& store);
};

}  // namespace http::v1
