#pragma once

#include "metrics/tally.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace metrics {

/// The buckets of a histogram: how its values are counted and shown.
struct buckets {
  static constexpr std::size_t count = 17;
  /// The greatest value of each bucket, ascending. One more bucket has all greater values.
  std::array<std::uint64_t, count> bounds;
  double divisor;  ///< values are shown divided by it
};

/// Durations in nanoseconds, shown in seconds: 50 µs to 10 s, two or three to a decade.
inline constexpr buckets durations{
    {50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000, 25'000'000,
     50'000'000, 100'000'000, 250'000'000, 500'000'000, 1'000'000'000, 2'500'000'000, 5'000'000'000,
     10'000'000'000},
    1e9};

/// Numbers of things: the powers of two from 1 to 65,536.
inline constexpr buckets sizes{
    {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16'384, 32'768, 65'536}, 1};

/// What a histogram has counted by some moment.
struct histogram_values {
  std::array<std::uint64_t, buckets::count + 1> counts{};  ///< of each bucket alone
  std::uint64_t sum = 0;                                   ///< of all values, not scaled

  histogram_values& operator+=(const histogram_values& other) noexcept {
    for (std::size_t i = 0; i < counts.size(); ++i)
      counts[i] += other.counts[i];
    sum += other.sum;
    return *this;
  }
};

/// Counts values by size. One thread adds, any thread reads: see tally.
template <const metrics::buckets& Buckets>
class histogram {
public:
  /// Adds `value`, `times` times. Call it on the thread that owns the histogram.
  void add(std::uint64_t value, std::uint64_t times = 1) noexcept {
    counts_[bucket_of(value)].add(times);
    sum_.add(value * times);
  }

  /// Adds a duration; a negative one counts as 0. Call it on the thread that owns the histogram.
  void add(std::chrono::nanoseconds value, std::uint64_t times = 1) noexcept {
    add(value.count() > 0 ? static_cast<std::uint64_t>(value.count()) : 0, times);
  }

  /// Thread-safe. Values that are added meanwhile may be in `counts` and not in `sum`.
  histogram_values values() const noexcept {
    histogram_values values;
    for (std::size_t i = 0; i < counts_.size(); ++i)
      values.counts[i] = counts_[i].value();
    values.sum = sum_.value();
    return values;
  }

private:
  static std::size_t bucket_of(std::uint64_t value) noexcept {
    std::size_t bucket = 0;
    while (bucket < Buckets.bounds.size() && Buckets.bounds[bucket] < value)
      ++bucket;
    return bucket;
  }

  std::array<tally, buckets::count + 1> counts_;
  tally sum_;
};

}  // namespace metrics
