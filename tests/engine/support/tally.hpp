#pragma once

#include "tests/engine/support/history.hpp"
#include "tests/server/support/server_process.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace support {

/// Returns the first of them, with a line each.
std::string first_of(const words& defects);

/// What clients know of the increments that they have asked two servers for. Thread-safe, except
/// for what says otherwise.
class tally {
public:
  using clock = std::chrono::steady_clock;
  static constexpr std::size_t servers = 2;

  /// An increment was confirmed by this server.
  void confirm(std::size_t server, const std::string& name, const history::event& seen);
  /// A counter was read.
  void add_read(const std::string& name, const history::event& seen);
  /// Nobody knows whether an increment of this counter was carried out.
  void leave_unknown(const std::string& name);
  /// A record was asked for, and its reply was that of the first time.
  void count_replay();
  /// A response had this status; 0: its connection broke.
  void count_status(int status);
  /// Something was wrong.
  void report(const std::string& defect);

  /// How many increments this server has confirmed.
  std::int64_t confirmed_by(std::size_t server) const;

  /// Adds a defect if a counter that has this value cannot have been incremented as the clients
  /// know. Call it when all have ended.
  void compare(const std::string& name, std::int64_t value);

  /// Call these when all have ended.
  const words& defects() const { return defects_; }
  std::int64_t replays() const { return replays_; }
  std::string text() const;

private:
  struct counter {
    std::int64_t unknown = 0;
    history seen{};
  };

  mutable std::mutex mutex_;  // guards all below
  std::map<std::string, counter> counters_;
  std::array<std::int64_t, servers> confirmed_by_{};
  std::map<int, std::int64_t> statuses_;
  std::int64_t replays_ = 0, reads_ = 0, counted_ = 0;
  clock::time_point last_confirmed_{};
  clock::duration longest_gap_{};
  words defects_;
};

}  // namespace support
