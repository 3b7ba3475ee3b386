#include "counterctl/formats/json_value.hpp"

#include <boost/json/parse.hpp>

#include <stdexcept>

namespace counterctl {

boost::json::value parse_json(std::string_view text) {
  boost::json::error_code error;
  auto value = boost::json::parse({text.data(), text.size()}, error);
  if (error)
    throw std::runtime_error{"no JSON: " + error.message()};
  return value;
}

const boost::json::value* find(const boost::json::object& object, std::string_view name) {
  return object.if_contains({name.data(), name.size()});
}

std::optional<std::int64_t> integer_of(const boost::json::value* value) {
  if (value == nullptr || !value->is_int64())
    return std::nullopt;
  return value->get_int64();
}

std::optional<std::string> text_of(const boost::json::value* value) {
  if (value == nullptr || !value->is_string())
    return std::nullopt;
  const auto& text = value->get_string();
  return std::string{text.data(), text.size()};
}

}  // namespace counterctl
