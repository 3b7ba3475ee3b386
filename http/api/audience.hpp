#pragma once

#include <cstdint>

namespace http {

/// Where a route is served.
enum class audience : std::uint8_t {
  clients,    ///< only where clients connect
  operators,  ///< where operators connect (--ops-listen), too
};

}  // namespace http
