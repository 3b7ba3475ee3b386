#include "rights/grant.hpp"

#include "counter/integer.hpp"
#include "counter/limits.hpp"
#include "counter/utf8.hpp"
#include "rights/hex_digit.hpp"
#include "rights/limits.hpp"

#include <algorithm>

namespace rights {

namespace {

constexpr std::string_view letters_and_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view plain_marks = "-._~/:@";
constexpr std::string_view hex_digits = "0123456789ABCDEF";

bool is_letter_or_digit(char c) noexcept {
  return letters_and_digits.find(c) != letters_and_digits.npos;
}

bool is_plain(char c) noexcept {
  return is_letter_or_digit(c) || plain_marks.find(c) != plain_marks.npos;
}

std::optional<std::string> parse_prefix(std::string_view text) {
  std::string prefix;
  for (; !text.empty(); text.remove_prefix(1)) {
    if (text.front() != '%') {
      if (!is_plain(text.front()))
        return std::nullopt;
      prefix += text.front();
      continue;
    }
    const auto high = text.size() > 2 ? value_of_hex(text[1]) : std::nullopt;
    const auto low = text.size() > 2 ? value_of_hex(text[2]) : std::nullopt;
    if (!high || !low)
      return std::nullopt;
    prefix += static_cast<char>(*high << 4 | *low);
    text.remove_prefix(2);
  }
  const bool is_good = !prefix.empty() && prefix.size() <= counter::limits::name_bytes_max &&
                       counter::is_valid_utf8(prefix);
  return is_good ? std::optional{std::move(prefix)} : std::nullopt;
}

}  // namespace

bool is_valid_token_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= limits::name_bytes_max &&
         is_letter_or_digit(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
           return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-';
         });
}

std::string to_text(const std::vector<std::string>& prefixes) {
  std::string text;
  for (const auto& prefix : prefixes) {
    text += text.empty() ? "" : ",";
    for (const char c : prefix) {
      const auto byte = static_cast<unsigned char>(c);
      if (is_plain(c))
        text += c;
      else
        (text += '%').append({hex_digits[byte >> 4], hex_digits[byte & 15]});
    }
  }
  return text;
}

std::optional<std::vector<std::string>> parse_prefixes(std::string_view list) {
  std::vector<std::string> prefixes;
  for (bool is_last = false; !is_last;) {
    const auto comma = list.find(',');
    is_last = comma == list.npos;
    auto prefix = parse_prefix(list.substr(0, comma));
    if (!prefix || prefixes.size() == limits::prefixes_max)
      return std::nullopt;
    prefixes.push_back(*std::move(prefix));
    list.remove_prefix(is_last ? 0 : comma + 1);
  }
  return prefixes;
}

std::string to_text(const delta_range& range) {
  return std::to_string(range.min) + ".." + std::to_string(range.max);
}

std::optional<delta_range> parse_delta_range(std::string_view text) noexcept {
  const auto dots = text.find("..");
  if (dots == text.npos)
    return std::nullopt;
  const auto min = counter::parse_integer(text.substr(0, dots));
  const auto max = counter::parse_integer(text.substr(dots + 2));
  if (!min || !max || *min > *max)
    return std::nullopt;
  return delta_range{*min, *max};
}

}  // namespace rights
