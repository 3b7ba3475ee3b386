#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace counter {

/// The names that a loop has lately reported to a prefix_watch, by their hashes: of each that it
/// has room for, the loop reports one change in an epoch. Of two names that share a place it
/// forgets the one that came first, and reports it again.
class reported_names {
public:
  /// Returns true if `hash` was not reported in this epoch, and takes it for reported.
  bool add(std::uint64_t hash, std::uint64_t epoch) noexcept {
    if (epoch != epoch_) {
      epoch_ = epoch;
      hashes_.fill(0);
    }
    auto& place = hashes_[hash % places];
    if (place == hash)
      return false;
    place = hash;
    return true;
  }

private:
  static constexpr std::size_t places = 1024;

  std::uint64_t epoch_ = 0;  // none
  std::array<std::uint64_t, places> hashes_{};
};

}  // namespace counter
