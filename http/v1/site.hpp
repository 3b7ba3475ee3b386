#pragma once

#include "counter/limits.hpp"

#include <string>
#include <string_view>

namespace http::v1 {

/// What answers say of the server itself. Made once, then shared by all
/// connections.
struct site {
  unsigned shards = 1;
  std::string info{};  ///< the body of GET /v1/info

  site() = default;
  site(std::string_view version, unsigned shards, unsigned threads, const counter::limits& limits);
};

}  // namespace http::v1
