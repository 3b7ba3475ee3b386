#pragma once

#include "metrics/histogram.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace metrics {

/// A label of a series. No value may come from a peer: every peer could add series then, which a
/// monitoring system keeps for weeks.
struct label {
  std::string_view name;  ///< static
  std::string value;
};
using label_set = std::vector<label>;

/// One series of a counter or a gauge.
struct sample {
  label_set labels;
  double value = 0;  ///< exact up to 2^53
};

/// One series of a histogram.
struct histogram_sample {
  label_set labels;
  const metrics::buckets& buckets;
  histogram_values values;

  struct bucket {
    double bound;         ///< as it is shown; infinite for the last one
    std::uint64_t count;  ///< of all values up to the bound
  };
  /// Returns the buckets as they are shown. The last one counts all values.
  std::vector<bucket> cumulative() const {
    std::vector<bucket> shown;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < values.counts.size(); ++i) {
      count += values.counts[i];
      shown.push_back({i < buckets.bounds.size()
                           ? static_cast<double>(buckets.bounds[i]) / buckets.divisor
                           : std::numeric_limits<double>::infinity(),
                       count});
    }
    return shown;
  }

  /// Returns the sum of all values as it is shown.
  double sum() const { return static_cast<double>(values.sum) / buckets.divisor; }
};

/// `counter`: only grows, from 0 at the start of the process. `gauge`: goes up and down.
enum class kind : std::uint8_t { counter, gauge, histogram };

/// The series of one metric, as Prometheus knows them.
struct family {
  std::string_view name;  ///< static
  std::string_view help;  ///< static: a sentence
  metrics::kind kind = kind::counter;
  std::vector<sample> samples{};               ///< none of a histogram
  std::vector<histogram_sample> histograms{};  ///< only of a histogram

  family& add(label_set labels, double value) {
    samples.push_back({std::move(labels), value});
    return *this;
  }
  family& add(label_set labels, std::uint64_t value) {
    return add(std::move(labels), static_cast<double>(value));
  }
  family& add(label_set labels, const metrics::buckets& buckets, const histogram_values& values) {
    histograms.push_back({std::move(labels), buckets, values});
    return *this;
  }
};

/// What a process reports at some moment.
class report {
public:
  /// Begins a family. The reference is valid until the next call.
  family& begin(kind kind, std::string_view name, std::string_view help) {
    return families_.emplace_back(family{name, help, kind});
  }

  /// Adds a family of one series without labels.
  template <class Number>
  void add(kind kind, std::string_view name, std::string_view help, Number value) {
    begin(kind, name, help).add({}, static_cast<double>(value));
  }

  /// Adds a family with a series for each of `values`, labelled by its index; their sum, labelled
  /// `all`, if there are more than `series_max`.
  void add_each(kind kind, std::string_view name, std::string_view help, std::string_view label,
                const std::vector<double>& values, std::size_t series_max) {
    auto& family = begin(kind, name, help);
    if (values.size() > series_max) {
      family.add({{label, "all"}}, std::accumulate(values.begin(), values.end(), 0.0));
      return;
    }
    for (std::size_t i = 0; i < values.size(); ++i)
      family.add({{label, std::to_string(i)}}, values[i]);
  }

  const std::vector<family>& families() const noexcept { return families_; }

private:
  std::vector<family> families_;
};

}  // namespace metrics
