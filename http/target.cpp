#include "http/target.hpp"

#include "counter/name.hpp"

#include <boost/url/decode_view.hpp>
#include <boost/url/grammar/ci_string.hpp>
#include <boost/url/pct_string_view.hpp>

#include <algorithm>
#include <optional>

namespace http {

namespace urls = boost::urls;

namespace {

/// `text` decoded, in `buffer` where it differs. Its percent-encoding is good.
std::string_view decode(std::string_view text, bool plus_is_space, std::string& buffer) {
  const auto encoded = plus_is_space ? text.find_first_of("%+") : text.find('%');
  if (encoded == text.npos)
    return text;
  urls::encoding_opts options;
  options.space_as_plus = plus_is_space;
  const urls::decode_view decoded{urls::pct_string_view{text}, options};
  // To assign the range would make a string first, and memory for it.
  buffer.resize(decoded.size());
  std::copy(decoded.begin(), decoded.end(), buffer.begin());
  return buffer;
}

bool has_good_encoding(std::string_view raw, std::string& buffer) {
  if (raw.find('%') == raw.npos)
    return true;
  if (!urls::make_pct_string_view(raw))
    return false;
  // What separates the parts of a target is ASCII, so a part is UTF-8 exactly
  // when the whole is.
  return counter::is_valid_utf8(decode(raw, false, buffer));
}

/// `raw` behind `http://authority` or `https://authority`; nothing where it does
/// not start with them. An http URL has a host (RFC 9110 section 4.2.1).
std::optional<std::string_view> behind_authority(std::string_view raw) noexcept {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (!urls::grammar::ci_is_equal(raw.substr(0, scheme.size()), scheme))
      continue;
    const auto rest = raw.substr(scheme.size());
    const auto authority = std::min(rest.find_first_of("/?"), rest.size());
    if (authority > 0)
      return rest.substr(authority);
  }
  return std::nullopt;
}

}  // namespace

bool target::parse(std::string_view raw) {
  auto must_be_encoded = [](char c) { return static_cast<unsigned char>(c) >= 0x80 || c == '#'; };
  if (std::any_of(raw.begin(), raw.end(), must_be_encoded) ||
      !has_good_encoding(raw, decoded_value_))
    return false;
  const auto rest = raw.starts_with('/') ? raw : behind_authority(raw);
  if (!rest) {
    path_ = raw;
    query_ = {};
    return raw == "*";
  }
  const auto question = std::min(rest->find('?'), rest->size());
  path_ = question > 0 ? rest->substr(0, question) : "/";
  query_ = rest->substr(std::min(question + 1, rest->size()));
  return true;
}

bool target::is_path(std::string_view decoded_path) {
  if (path_ == decoded_path)
    return true;
  // A decoded `/` must not separate; no path asked for has one inside a segment.
  return path_.find('%') != path_.npos &&
         std::count(path_.begin(), path_.end(), '/') ==
             std::count(decoded_path.begin(), decoded_path.end(), '/') &&
         decode(path_, false, decoded_name_) == decoded_path;
}

target::parameter target::find(std::string_view name) {
  parameter result;
  for (auto rest = query_; !rest.empty();) {
    const auto pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    if (decode(pair.substr(0, equals), true, decoded_name_) != name)
      continue;
    if (result.lookup == lookup::found)
      return {lookup::repeated, {}};
    result.lookup = lookup::found;
    result.value = decode(pair.substr(std::min(equals + 1, pair.size())), true, decoded_value_);
  }
  return result;
}

void target::shrink(std::size_t kept_bytes) {
  for (auto* buffer : {&decoded_name_, &decoded_value_})
    if (buffer->capacity() > kept_bytes)
      std::string{}.swap(*buffer);
}

}  // namespace http
