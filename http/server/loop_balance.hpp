#pragma once

#include <atomic>
#include <cstddef>
#include <vector>

namespace http {

/// The connections of one event loop, with those that are on their way to it. Thread-safe. On a
/// cache line of its own: each loop writes to its own one for each connection.
class alignas(64) loop_load {
public:
  void add() noexcept { connections_.fetch_add(1, std::memory_order_relaxed); }
  void remove() noexcept { connections_.fetch_sub(1, std::memory_order_relaxed); }
  std::size_t connections() const noexcept { return connections_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::size_t> connections_ = 0;
};

/// Evens the connections of a server out over its event loops: the kernel distributes them at
/// random, which leaves more than a third of the loops idle if there are as many connections.
/// Thread-safe.
class loop_balance {
public:
  /// `loops` is at least 1.
  explicit loop_balance(unsigned loops) : loads_(loops) {}

  loop_load& operator[](unsigned loop) noexcept { return loads_[loop]; }
  const loop_load& operator[](unsigned loop) const noexcept { return loads_[loop]; }

  /// Returns the loop for a connection that the loop `acceptor` has accepted: the acceptor, unless
  /// it has an eighth more than the average already, of all `connections`; then the loop with the
  /// fewest. Only then does it look at the others.
  unsigned loop_for(unsigned acceptor, std::size_t connections) const noexcept;

private:
  std::vector<loop_load> loads_;
};

}  // namespace http
