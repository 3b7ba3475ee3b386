#include "http/protocol/target.hpp"

#include "http/protocol/authority.hpp"
#include "http/protocol/percent.hpp"

#include <boost/url/grammar/ci_string.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace http {

namespace urls = boost::urls;

namespace {

/// Returns true if there is nothing but ASCII without `#` and `%`. One pass without branches: most
/// targets are short and plain.
bool is_plain(std::string_view text) noexcept {
  static constexpr auto is_special = [] {
    std::array<unsigned char, 256> table{};
    std::fill(table.begin() + 0x80, table.end(), 1);
    table['#'] = table['%'] = 1;
    return table;
  }();
  unsigned bits = 0;
  for (const char c : text)
    bits |= is_special[static_cast<unsigned char>(c)];
  return bits == 0;
}

bool is_good(std::string_view part, std::string& buffer) {
  const auto is_foreign = [](char c) { return static_cast<unsigned char>(c) >= 0x80 || c == '#'; };
  return is_plain(part) ||
         (std::none_of(part.begin(), part.end(), is_foreign) && has_good_encoding(part, buffer));
}

struct absolute_form {
  std::string_view authority, rest;
};

/// Splits `http://authority` or `https://authority` from the rest; nullopt if `raw` does not begin
/// with one. `https` comes from a proxy that has ended TLS.
std::optional<absolute_form> split(std::string_view raw) noexcept {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (!urls::grammar::ci_is_equal(raw.substr(0, scheme.size()), scheme))
      continue;
    const auto rest = raw.substr(scheme.size());
    const auto end = std::min(rest.find_first_of("/?"), rest.size());
    return absolute_form{rest.substr(0, end), rest.substr(end)};
  }
  return std::nullopt;
}

/// The host of an http URL is not empty (RFC 9110 section 4.2.1).
bool has_host(std::string_view authority) noexcept {
  return !authority.empty() && authority.front() != ':' && is_authority(authority);
}

}  // namespace

target::defect target::parse(std::string_view raw) {
  path_ = raw;
  query_ = {};
  auto rest = raw;
  if (!raw.starts_with('/')) {
    const auto absolute = split(raw);
    if (!absolute)
      return raw == "*" ? defect::none : defect::form;
    rest = absolute->rest;
    split_path(rest);
    if (!has_host(absolute->authority))
      return defect::form;
  } else {
    split_path(rest);
  }
  is_encoded_ = !is_plain(rest);
  if (!is_encoded_)
    return defect::none;
  if (!is_good(path_, decoded_value_))
    return defect::path;
  return is_good(query_, decoded_value_) ? defect::none : defect::query;
}

/// Sets the path and the query, which may be missing.
void target::split_path(std::string_view rest) noexcept {
  const auto end = std::min(rest.find('?'), rest.size());
  path_ = end > 0 ? rest.substr(0, end) : "/";
  query_ = rest.substr(std::min(end + 1, rest.size()));
}

target::parameter target::find(std::string_view name) {
  parameter result;
  for_each_pair(query_, [&](std::string_view raw_name, std::string_view raw_value) {
    if (raw_name != name && decode(raw_name, true, decoded_name_) != name)
      return true;
    if (result.lookup == lookup::found) {
      result = {lookup::repeated, {}};
      return false;
    }
    result = {lookup::found, decode(raw_value, true, decoded_value_)};
    return true;
  });
  return result;
}

}  // namespace http
