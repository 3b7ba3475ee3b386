#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace http {

// Percent-encoding (RFC 3986 section 2.1), and queries and forms that use it.

/// Returns true if every `%` is followed by two hexadecimal digits and the decoded text is UTF-8.
/// Overwrites `buffer`.
bool has_good_encoding(std::string_view text, std::string& buffer);

/// Decodes `text`, which must satisfy has_good_encoding(), into `buffer`. The result borrows from
/// `buffer`.
std::string_view decode_into(std::string& buffer, std::string_view text, bool plus_is_space);

/// Does the same, but returns `text` itself and leaves `buffer` alone if nothing is encoded, the
/// usual case. The result borrows from `text` or `buffer`.
inline std::string_view decode(std::string_view text, bool plus_is_space, std::string& buffer) {
  auto is_encoded = [&](char c) { return c == '%' || (c == '+' && plus_is_space); };
  return std::any_of(text.begin(), text.end(), is_encoded)
             ? decode_into(buffer, text, plus_is_space)
             : text;
}

/// Percent-encodes all but the unreserved characters (RFC 3986 section 2.3).
std::string encode(std::string_view text);

/// Calls visit(name, value) for each `name=value` between `&`, still encoded, until it returns
/// false. Skips empty pairs; a pair without `=` has an empty value.
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
