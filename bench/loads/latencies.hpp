#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

/// Microseconds.
class latencies {
public:
  latencies() { all_.reserve(1 << 20); }

  void add(double microseconds) { all_.push_back(microseconds); }

  void add(const latencies& others) {
    all_.insert(all_.end(), others.all_.begin(), others.all_.end());
  }

  /// 0 if there are none; `share` 1 is the longest.
  double percentile(double share) {
    if (all_.empty())
      return 0;
    const auto rank = static_cast<std::ptrdiff_t>(share * static_cast<double>(all_.size() - 1));
    std::nth_element(all_.begin(), all_.begin() + rank, all_.end());
    return all_[static_cast<std::size_t>(rank)];
  }

private:
  std::vector<double> all_;
};
