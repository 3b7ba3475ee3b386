#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace http {

/// Percent-encoding (RFC 3986 section 2.1) and what is built on it.

/// Whether every `%` is followed by two hexadecimal digits and what `text` stands
/// for is UTF-8. Uses `buffer` for what it decodes.
bool has_good_encoding(std::string_view text, std::string& buffer);

/// `text`, whose encoding is good, decoded into `buffer`.
std::string_view decode_into(std::string& buffer, std::string_view text, bool plus_is_space);

/// The same, but `text` itself where nothing is encoded, as is usual.
inline std::string_view decode(std::string_view text, bool plus_is_space, std::string& buffer) {
  auto stands_for_another = [&](char c) { return c == '%' || (c == '+' && plus_is_space); };
  return std::any_of(text.begin(), text.end(), stands_for_another)
             ? decode_into(buffer, text, plus_is_space)
             : text;
}

/// Encodes all but the unreserved characters.
std::string encode(std::string_view text);

/// Calls visit(name, value) for each `name=value` between `&`, still encoded, until
/// it returns false. Empty ones are left out.
template <class Visit>
void for_each_pair(std::string_view text, Visit visit) {
  for (auto rest = text; !rest.empty();) {
    const auto pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    if (!pair.empty() &&
        !visit(pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size()))))
      return;
  }
}

}  // namespace http
