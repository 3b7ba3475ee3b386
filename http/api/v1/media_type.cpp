#include "http/api/v1/media_type.hpp"

#include <algorithm>
#include <array>

namespace http::v1 {

namespace {

std::string_view trimmed(std::string_view text) noexcept {
  const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
  const auto end = text.find_last_not_of(" \t");
  return end == text.npos ? std::string_view{} : text.substr(begin, end + 1 - begin);
}

bool equals(std::string_view left, std::string_view right) noexcept {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

/// Removes the text up to and including `separator` from `rest` and returns it, trimmed.
std::string_view take(std::string_view& rest, char separator) noexcept {
  const auto part = rest.substr(0, rest.find(separator));
  rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  return trimmed(part);
}

/// Returns true for a weight of 0: `;q=0`, `;q=0.000` (RFC 9110 section 12.4.2).
bool is_refused(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    auto value = take(parameters, ';');
    if (equals(take(value, '='), "q"))
      return value.starts_with('0') && value.find_first_not_of("0.") == value.npos;
  }
  return false;
}

}  // namespace

media_type type_of(std::string_view content_type) noexcept {
  const auto type = take(content_type, ';');
  if (type.empty())
    return media_type::none;
  if (equals(type, "application/json"))
    return media_type::json;
  return equals(type, "application/x-www-form-urlencoded") ? media_type::form : media_type::other;
}

bool wants_text(std::string_view accept) noexcept {
  constexpr std::array json{std::string_view{"*/*"}, std::string_view{"application/*"},
                            std::string_view{"application/json"}};
  bool text = false;
  while (!accept.empty()) {
    auto range = take(accept, ',');
    const auto type = take(range, ';');
    if (is_refused(range))
      continue;
    if (std::any_of(json.begin(), json.end(), [&](auto pattern) { return equals(type, pattern); }))
      return false;
    text |= equals(type, "text/plain") || equals(type, "text/*");
  }
  return text;
}

}  // namespace http::v1
