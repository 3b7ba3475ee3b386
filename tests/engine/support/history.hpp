#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace support {

/// The answers about one counter to which clients of several servers added 1 each time. Used by one
/// thread at a time.
class history {
public:
  using clock = std::chrono::steady_clock;

  /// An answer. Its client asked at `begin`, for the first time, and had it at `end`.
  struct event {
    clock::time_point begin, end;
    std::int64_t value;
    std::uint64_t version;
    bool is_read;
  };

  void add(const event& seen) { events_.push_back(seen); }
  /// How many of them are additions.
  std::int64_t additions() const;

  /// Returns a contradiction to one order of all additions in which each answer is true and which
  /// has whatever ended before something else began before it; empty if there is none.
  std::string defect() const;

private:
  std::string defect_of_values() const;
  std::string defect_of_order() const;

  std::vector<event> events_;
};

}  // namespace support
