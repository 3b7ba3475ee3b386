#pragma once

#include <chrono>
#include <cstdint>

namespace counter {

/// What of an acknowledged change is still there afterwards.
struct durability {
  enum class sync : std::uint8_t {
    none,      ///< nothing, when the process ends
    interval,  ///< all, unless the machine fails within `interval` of it
    always,    ///< all
  };
  durability::sync sync = sync::none;
  std::chrono::milliseconds interval{};
};

}  // namespace counter
