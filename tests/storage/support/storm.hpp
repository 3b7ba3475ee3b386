#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <latch>
#include <thread>
#include <utility>
#include <vector>

namespace storage_tests {

/// Calls several functions at once, each on a thread of its own and over and over again.
///
/// The functions get the number of the round, from 0. They call expect() instead of CHECK(),
/// whose counters would order the threads, and ThreadSanitizer would miss races.
class storm {
public:
  /// Each function is called `rounds` times.
  explicit storm(int rounds) : rounds_(rounds) {}

  void add(std::function<void(int)> task) { tasks_.push_back(std::move(task)); }

  /// Returns when all calls have returned: how often expect() was called with false.
  int run() {
    std::latch begin{static_cast<std::ptrdiff_t>(tasks_.size())};
    std::vector<std::jthread> threads;
    threads.reserve(tasks_.size());
    for (const auto& task : tasks_)
      threads.emplace_back([&] {
        begin.arrive_and_wait();
        for (int round = 0; round < rounds_; ++round)
          task(round);
      });
    threads.clear();
    return surprises_;
  }

  void expect(bool is_so) {
    if (!is_so)
      surprises_.fetch_add(1, std::memory_order_relaxed);
  }

private:
  const int rounds_;
  std::vector<std::function<void(int)>> tasks_;
  std::atomic<int> surprises_ = 0;
};

}  // namespace storage_tests
