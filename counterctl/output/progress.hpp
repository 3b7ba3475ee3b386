#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace counterctl {

/// Shows on stderr how far long work has come, if that is a terminal: at most five times a second.
class progress {
public:
  /// What else a terminal may show at the same time.
  enum class beside { nothing, rows_on_stdout };

  /// `noun` is what is counted, in the singular: "counter". Beside rows on stdout it is shown only
  /// if that is a file: a terminal shows the rows, and whoever reads a pipe may write to the same
  /// one.
  progress(std::string verb, std::string noun, beside others = beside::nothing);
  /// Removes the line.
  ~progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  /// Shows how many are done, and of how many, unless `total` is 0.
  void show(std::uint64_t done, std::uint64_t total = 0);

private:
  using clock = std::chrono::steady_clock;

  std::string verb_, noun_;
  bool is_visible_;
  clock::time_point begin_ = clock::now();
  clock::time_point next_ = begin_;
};

/// Removes the line of whatever is in progress from the terminal, before another text.
void clear_progress();

/// Writes a number and what it counts: `1 counter`, `2,000 counters`.
std::string counted(std::uint64_t number, const std::string& singular);

/// Writes a number with a comma between thousands.
std::string grouped(std::uint64_t number);

}  // namespace counterctl
