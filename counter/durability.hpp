#pragma once

#include <chrono>
#include <cstdint>

namespace counter {

/// Which acknowledged changes survive.
struct durability {
  enum class sync : std::uint8_t {
    none,      ///< nothing survives the process
    interval,  ///< all, unless the machine fails within `interval` of the reply
    always,    ///< all
  };
  durability::sync sync = sync::none;
  std::chrono::milliseconds interval{};
};

/// What the last attempt to write has shown. Reads are served in every state but `away`; only one
/// that must open a file may be refused, for want of descriptors.
enum class health : std::uint8_t {
  good,
  full,    ///< changes are refused until the disk has room again
  failed,  ///< changes are refused until the next start
  away,    ///< a shared database cannot be reached
};

}  // namespace counter
