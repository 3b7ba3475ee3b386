#include "http/protocol/field_value.hpp"

#include <algorithm>

namespace http {

bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return left == right || std::equal(left.begin(), left.end(), right.begin(), right.end(),
                                     [&](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

std::string_view take_element(std::string_view& rest, char separator) noexcept {
  const auto element = rest.substr(0, rest.find(separator));
  rest.remove_prefix(std::min(element.size() + 1, rest.size()));
  return trimmed(element);
}

bool is_refused(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    auto value = take_element(parameters, ';');
    if (equals_ignoring_case(take_element(value, '='), "q"))
      return value.starts_with('0') && value.find_first_not_of("0.") == value.npos;
  }
  return false;
}

bool names_range(std::string_view ranges, std::string_view range) noexcept {
  while (!ranges.empty()) {
    auto parameters = take_element(ranges, ',');
    if (equals_ignoring_case(take_element(parameters, ';'), range) && !is_refused(parameters))
      return true;
  }
  return false;
}

}  // namespace http
