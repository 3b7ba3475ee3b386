#pragma once

#include "tests/unit/seed.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

namespace unit {

/// The last lines of what a round did, for messages.
class history {
public:
  void add(std::string line) {
    lines_.push_back(std::move(line));
    if (lines_.size() > lines_max)
      lines_.pop_front();
  }

  /// Returns the lines, the oldest first.
  std::string text() const {
    std::string text;
    for (const auto& line : lines_)
      text += line + "\n";
    return text;
  }

private:
  static constexpr std::size_t lines_max = 25;

  std::deque<std::string> lines_;
};

/// Compares something with its model in rounds, each with a seed of its own. A `Pair` is
/// constructed from the seed and `census`, which counts events. Its step() and finish()
/// return nullopt, or a message about a difference, and history() tells what it did.
/// Fails the test at the first difference.
template <class Pair, class Census>
void run_rounds(std::size_t rounds, std::size_t steps, Census& census) {
  const auto seed = chosen_seed();
  MESSAGE("COUNTERD_TEST_SEED=" << seed);
  for (std::size_t round = 0; round < rounds; ++round) {
    Pair both{seed + round, census};
    for (std::size_t step = 0; step < steps; ++step)
      if (const auto difference = both.step())
        FAIL("seed " << seed << ", round " << round << ", step " << step << ": " << *difference
                     << "\n"
                     << both.history().text());
    if (const auto difference = both.finish())
      FAIL("seed " << seed << ", round " << round << ", at the end: " << *difference << "\n"
                   << both.history().text());
  }
}

}  // namespace unit
