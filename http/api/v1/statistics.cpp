#include "http/api/v1/statistics.hpp"

#include "http/api/v1/json_writer.hpp"

#include <cstddef>
#include <string_view>

namespace http::v1 {

namespace {

/// Enough for the report of a usual server.
constexpr std::size_t bytes_expected = 64 * 1024;

std::string_view name_of(metrics::kind kind) noexcept {
  switch (kind) {
    case metrics::kind::counter:
      return "counter";
    case metrics::kind::gauge:
      return "gauge";
    case metrics::kind::histogram:
      break;
  }
  return "histogram";
}

void write_labels(json_writer& writer, const metrics::label_set& labels) {
  writer.key("labels");
  writer.begin_object();
  for (const auto& [name, value] : labels)
    writer.member(name, value);
  writer.end_object();
}

void write(json_writer& writer, const metrics::sample& sample) {
  writer.begin_object();
  write_labels(writer, sample.labels);
  writer.member("value", sample.value);
  writer.end_object();
}

void write(json_writer& writer, const metrics::histogram_sample& sample) {
  const auto buckets = sample.cumulative();
  writer.begin_object();
  write_labels(writer, sample.labels);
  writer.key("buckets");
  writer.begin_array();
  for (const auto& [bound, count] : buckets) {
    writer.begin_object();
    writer.member("le", bound);  // the last one is infinite, so null
    writer.member("count", count);
    writer.end_object();
  }
  writer.end_array();
  writer.member("count", buckets.back().count);
  writer.member("sum", sample.sum());
  writer.end_object();
}

void write(json_writer& writer, const metrics::family& family) {
  writer.begin_object();
  writer.member("name", family.name);
  writer.member("type", name_of(family.kind));
  writer.member("help", family.help);
  writer.key("samples");
  writer.begin_array();
  for (const auto& sample : family.samples)
    write(writer, sample);
  for (const auto& sample : family.histograms)
    write(writer, sample);
  writer.end_array();
  writer.end_object();
}

}  // namespace

std::string describe(const metrics::report& report) {
  return json_object(
      [&](json_writer& writer) {
        writer.key("metrics");
        writer.begin_array();
        for (const auto& family : report.families())
          write(writer, family);
        writer.end_array();
      },
      bytes_expected);
}

}  // namespace http::v1
