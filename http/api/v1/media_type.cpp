#include "http/api/v1/media_type.hpp"

#include "http/protocol/field_value.hpp"

#include <algorithm>
#include <array>

namespace http::v1 {

media_type type_of(std::string_view content_type) noexcept {
  const auto type = take_element(content_type, ';');
  if (type.empty())
    return media_type::none;
  if (equals_ignoring_case(type, "application/json"))
    return media_type::json;
  return equals_ignoring_case(type, "application/x-www-form-urlencoded") ? media_type::form
                                                                         : media_type::other;
}

bool wants_text(std::string_view accept) noexcept {
  constexpr std::array json{std::string_view{"*/*"}, std::string_view{"application/*"},
                            std::string_view{"application/json"}};
  bool text = false;
  while (!accept.empty()) {
    auto range = take_element(accept, ',');
    const auto type = take_element(range, ';');
    if (is_refused(range))
      continue;
    if (std::any_of(json.begin(), json.end(),
                    [&](auto pattern) { return equals_ignoring_case(type, pattern); }))
      return false;
    text |= equals_ignoring_case(type, "text/plain") || equals_ignoring_case(type, "text/*");
  }
  return text;
}

}  // namespace http::v1
