#include "http/protocol/target.hpp"

#include "http/protocol/authority.hpp"
#include "http/protocol/percent.hpp"

#include <boost/url/grammar/ci_string.hpp>

#include <algorithm>
#include <optional>

namespace http {

namespace urls = boost::urls;

namespace {

bool is_good(std::string_view part, std::string& buffer) {
  // One pass without branches: most parts are short and fine.
  unsigned char bits = 0;
  bool has_hash = false, has_percent = false;
  for (const char c : part) {
    bits |= static_cast<unsigned char>(c);
    has_hash |= c == '#';
    has_percent |= c == '%';
  }
  if (bits >= 0x80 || has_hash)
    return false;
  return !has_percent || has_good_encoding(part, buffer);
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
  const auto absolute = raw.starts_with('/') ? absolute_form{{}, raw} : split(raw);
  if (!absolute)
    return raw == "*" ? defect::none : defect::form;
  const auto rest = absolute->rest;
  const auto path_end = std::min(rest.find('?'), rest.size());
  path_ = path_end > 0 ? rest.substr(0, path_end) : "/";
  query_ = rest.substr(std::min(path_end + 1, rest.size()));
  if (rest.size() < raw.size() && !has_host(absolute->authority))
    return defect::form;
  if (!is_good(path_, decoded_value_))
    return defect::path;
  return is_good(query_, decoded_value_) ? defect::none : defect::query;
}

bool target::is_path(std::string_view decoded_path) {
  if (path_ == decoded_path)
    return true;
  // A decoded `/` is no separator, and no `decoded_path` has one inside a segment.
  return path_.find('%') != path_.npos &&
         std::count(path_.begin(), path_.end(), '/') ==
             std::count(decoded_path.begin(), decoded_path.end(), '/') &&
         decode(path_, false, decoded_name_) == decoded_path;
}

target::parameter target::find(std::string_view name) {
  parameter result;
  for_each_pair(query_, [&](std::string_view raw_name, std::string_view raw_value) {
    if (decode(raw_name, true, decoded_name_) != name)
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

void target::shrink(std::size_t bytes_max) {
  for (auto* buffer : {&decoded_name_, &decoded_value_})
    if (buffer->capacity() > bytes_max)
      std::string{}.swap(*buffer);
}

}  // namespace http
