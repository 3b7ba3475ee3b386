#pragma once

#include "tests/engine/support/load_client.hpp"
#include "tests/engine/support/tally.hpp"

#include <cstdint>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace support {

/// Many clients that increment and read a few counters over two servers, from the construction on.
/// Used by one thread.
class load {
public:
  load(const load_client::ports& servers, std::uint64_t seed);
  load(const load&) = delete;
  load& operator=(const load&) = delete;

  /// Waits until each server has confirmed so many more increments. Throws if that takes a minute.
  void wait_for_increments(int count) const;

  /// Ends the clients, and compares what they know with each counter, as both servers have it.
  const tally& stop();

private:
  void run(const std::stop_token& stop, int index, std::uint64_t seed);
  void compare();

  const load_client::ports servers_;
  tally entered_;
  std::vector<std::jthread> clients_;  // ends first
};

}  // namespace support
