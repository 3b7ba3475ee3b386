#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace counterctl {

/// A table of counters on a terminal, which is drawn anew in its place. It shows as many counters
/// as the terminal has rows, in byte order, and how many more there are; it keeps 10,000.
class live_table {
public:
  void set(const std::string& name, std::int64_t value);
  void remove(const std::string& name);
  void clear();
  /// Shows a line below the table until the next draw().
  void note(const std::string& text);
  void draw();

private:
  using clock = std::chrono::steady_clock;

  struct row {
    std::optional<std::int64_t> value;  ///< nullopt: the counter is gone
    std::int64_t first = 0;
    clock::time_point since{};

    std::string rate(clock::time_point now) const;
  };

  void print(const std::string& line);

  std::map<std::string, row> rows_;
  std::string note_;
  std::size_t lines_ = 0;  ///< drawn
};

}  // namespace counterctl
