#include "counterctl/formats/statistics.hpp"

#include "counterctl/formats/json_value.hpp"

#include <boost/json/array.hpp>

#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>

namespace counterctl {

namespace {

namespace json = boost::json;

constexpr std::string_view bound_label = "le";

double number_of(const json::value* value) {
  if (value == nullptr || value->is_null())
    return std::numeric_limits<double>::infinity();
  json::error_code error;
  const auto number = value->to_number<double>(error);
  return error ? 0 : number;
}

std::string text_of_number(double number) {
  std::ostringstream text;
  text << number;
  return std::isinf(number) ? "+Inf" : text.str();
}

const json::array& members(const json::object& object, std::string_view name) {
  const auto* value = find(object, name);
  if (value == nullptr || !value->is_array())
    throw std::runtime_error{"the answer is not a counterd's: is the address right?"};
  return value->get_array();
}

std::map<std::string, std::string> labels_of(const json::object& sample) {
  std::map<std::string, std::string> labels;
  if (const auto* object = find(sample, "labels"); object != nullptr && object->is_object())
    for (const auto& [name, value] : object->get_object())
      labels.emplace(std::string{name}, text_of(&value).value_or(""));
  return labels;
}

void add_sample(std::vector<series>& all, const std::string& name, const json::object& sample) {
  const auto labels = labels_of(sample);
  if (find(sample, "buckets") == nullptr) {
    all.push_back({name, labels, number_of(find(sample, "value"))});
    return;
  }
  for (const auto& bucket : members(sample, "buckets")) {
    auto with_bound = labels;
    with_bound[std::string{bound_label}] =
        text_of_number(number_of(find(bucket.as_object(), "le")));
    all.push_back({name + "_bucket", with_bound, number_of(find(bucket.as_object(), "count"))});
  }
  all.push_back({name + "_sum", labels, number_of(find(sample, "sum"))});
  all.push_back({name + "_count", labels, number_of(find(sample, "count"))});
}

}  // namespace

statistics statistics::parse(std::string_view body) {
  statistics result;
  const auto value = parse_json(body);
  if (!value.is_object())
    throw std::runtime_error{"the answer is not a counterd's: is the address right?"};
  for (const auto& family : members(value.get_object(), "metrics")) {
    const auto name = text_of(find(family.as_object(), "name")).value_or("");
    for (const auto& sample : members(family.as_object(), "samples"))
      add_sample(result.series_, name, sample.as_object());
  }
  return result;
}

double statistics::sum(std::string_view name, std::string_view label,
                       std::string_view value) const {
  double sum = 0;
  for (const auto& one : series_) {
    if (one.name != name)
      continue;
    const auto found = one.labels.find(std::string{label});
    if (label.empty() || (found != one.labels.end() && found->second == value))
      sum += one.value;
  }
  return sum;
}

std::map<double, double> statistics::buckets(std::string_view name) const {
  std::map<double, double> sums;
  const auto bucket_name = std::string{name} + "_bucket";
  for (const auto& one : series_)
    if (one.name == bucket_name) {
      const auto& bound = one.labels.at(std::string{bound_label});
      sums[bound == "+Inf" ? std::numeric_limits<double>::infinity() : std::stod(bound)] +=
          one.value;
    }
  return sums;
}

std::optional<double> statistics::quantile(const statistics& before, std::string_view name,
                                           double share) const {
  auto counts = buckets(name);
  for (const auto& [bound, count] : before.buckets(name))
    counts[bound] -= count;
  if (counts.empty() || counts.rbegin()->second <= 0)
    return std::nullopt;
  const double rank = share * counts.rbegin()->second;
  double lower_bound = 0;
  double lower_count = 0;
  for (const auto& [bound, count] : counts) {
    if (count >= rank)
      return std::isinf(bound) ? lower_bound
                               : lower_bound + (bound - lower_bound) * (rank - lower_count) /
                                                   (count - lower_count);
    lower_bound = bound;
    lower_count = count;
  }
  return lower_bound;
}

std::string labels_text(const series& series) {
  std::string text;
  for (const auto& [name, value] : series.labels)
    text.append(text.empty() ? "{" : ",").append(name).append("=\"").append(value).append("\"");
  return text.empty() ? text : text + "}";
}

}  // namespace counterctl
