#include "metrics/exposition.hpp"

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <vector>

namespace metrics {

namespace {

using prometheus::ClientMetric;

prometheus::MetricType type_of(kind kind) noexcept {
  switch (kind) {
    case kind::counter:
      return prometheus::MetricType::Counter;
    case kind::gauge:
      return prometheus::MetricType::Gauge;
    case kind::histogram:
      break;
  }
  return prometheus::MetricType::Histogram;
}

ClientMetric with_labels(const label_set& labels) {
  ClientMetric metric;
  for (const auto& [name, value] : labels)
    metric.label.push_back({std::string{name}, value});
  return metric;
}

ClientMetric convert(const sample& sample, kind kind) {
  auto metric = with_labels(sample.labels);
  if (kind == kind::counter)
    metric.counter.value = sample.value;
  else
    metric.gauge.value = sample.value;
  return metric;
}

ClientMetric convert(const histogram_sample& sample) {
  auto metric = with_labels(sample.labels);
  for (const auto& [bound, count] : sample.cumulative())
    metric.histogram.bucket.push_back({count, bound});
  metric.histogram.sample_count = metric.histogram.bucket.back().cumulative_count;
  metric.histogram.sample_sum = sample.sum();
  return metric;
}

prometheus::MetricFamily convert(const family& family) {
  prometheus::MetricFamily converted;
  converted.name = family.name;
  converted.help = family.help;
  converted.type = type_of(family.kind);
  for (const auto& sample : family.samples)
    converted.metric.push_back(convert(sample, family.kind));
  for (const auto& sample : family.histograms)
    converted.metric.push_back(convert(sample));
  return converted;
}

}  // namespace

std::string to_text(const report& report) {
  std::vector<prometheus::MetricFamily> families;
  for (const auto& family : report.families())
    families.push_back(convert(family));
  return prometheus::TextSerializer{}.Serialize(families);
}

}  // namespace metrics
