#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace counterctl {

/// A number of the server, as /metrics names it.
struct series {
  std::string name;
  std::map<std::string, std::string> labels{};
  double value = 0;
};

/// What GET /v1/stats says. A histogram has series as Prometheus writes it: `_bucket`, `_sum`,
/// `_count`.
class statistics {
public:
  /// Throws std::runtime_error for a body that is not the API's.
  static statistics parse(std::string_view body);

  const std::vector<series>& all() const noexcept { return series_; }

  /// Returns the sum of the series with this name and, unless empty, this label.
  double sum(std::string_view name, std::string_view label = {}, std::string_view value = {}) const;

  /// Returns the value below which a share of what a histogram has counted since `before` lies, in
  /// its unit, interpolated in a bucket as Prometheus does; nullopt if it has counted nothing.
  std::optional<double> quantile(const statistics& before, std::string_view name,
                                 double share) const;

private:
  std::map<double, double> buckets(std::string_view name) const;

  std::vector<series> series_;
};

/// Returns the labels as Prometheus writes them: `{route="/inc"}`; empty without labels.
std::string labels_text(const series& series);

}  // namespace counterctl
