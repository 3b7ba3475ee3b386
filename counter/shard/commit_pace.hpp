#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace counter {

/// How long a group waits for company before it is committed, where those who are
/// answered ask again at once.
///
/// While one group is on its way to the disk, others gather. Committed as soon as
/// the disk is free, they leave the first group behind, which comes back a moment
/// later: two halves take turns, and there are twice as many commits as needed. So
/// a group waits for as many as were there when the last one was done, answered or
/// waiting; no longer than that commit took, and less and less where they do not
/// come. Whoever is alone never waits. As disks are scheduled (Iyer and Druschel,
/// "Anticipatory scheduling", 2001).
class commit_pace {
public:
  using duration = std::chrono::nanoseconds;

  /// A commit took so long; `operations` were answered by it or wait for the next.
  void committed(duration took, std::size_t operations) noexcept {
    longest_ = std::min(took, longest_max);
    // Who does not come this time may come another time.
    patience_ = std::min(longest_, patience_ + longest_ / regained);
    expected_ = operations;
  }

  /// How many operations a group should have before it is committed.
  std::size_t expected() const noexcept { return expected_; }

  /// How long it waits for them; 0: it does not.
  duration patience() const noexcept { return patience_; }

  /// It has waited, and they came, or not.
  void waited(bool they_came) noexcept { patience_ = they_came ? longest_ : patience_ / 2; }

private:
  /// A disk that is slower than this is not waited for any longer.
  static constexpr duration longest_max = std::chrono::milliseconds{5};
  static constexpr int regained = 64;

  duration longest_{};
  duration patience_{};
  std::size_t expected_ = 0;
};

}  // namespace counter
