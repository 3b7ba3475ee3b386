#pragma once

#include "metrics/histogram.hpp"

#include <cstdint>
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

  const std::vector<family>& families() const noexcept { return families_; }

private:
  std::vector<family> families_;
};

}  // namespace metrics
