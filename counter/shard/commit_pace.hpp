#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace counter {

/// Decides how long a shard delays a commit so that more operations share it: the
/// "anticipatory scheduling" of disks (Iyer and Druschel, 2001).
///
/// Without a delay, clients that send the next request as soon as they have a response
/// split into two halves: while one half's group is synced, the other half gathers, and
/// is committed before the first half is back. That takes twice as many syncs as needed.
/// So a group waits until it has as many operations as the last commit completed or left
/// waiting, but no longer than that commit took. Each wait in vain halves the patience.
/// A client that is alone never waits.
class commit_pace {
public:
  using duration = std::chrono::nanoseconds;

  /// Reports a commit: how long it took, and how many operations it completed or left
  /// waiting in the mailbox.
  void committed(duration took, std::size_t operations) noexcept {
    longest_ = std::min(took, longest_max);
    // Patience that was lost comes back slowly, in case the load has changed.
    patience_ = std::min(longest_, patience_ + longest_ / commits_to_regain);
    expected_ = operations;
  }

  /// The operations to wait for before the next commit.
  std::size_t expected() const noexcept { return expected_; }

  /// How long to wait for them; 0: commit at once.
  duration patience() const noexcept { return patience_; }

  /// Reports a wait: whether the expected operations came in time.
  void waited(bool they_came) noexcept { patience_ = they_came ? longest_ : patience_ / 2; }

private:
  /// A wait never takes longer, even if the disk is slower.
  static constexpr duration longest_max = std::chrono::milliseconds{5};
  static constexpr int commits_to_regain = 64;

  duration longest_{};
  duration patience_{};
  std::size_t expected_ = 0;
};

}  // namespace counter
