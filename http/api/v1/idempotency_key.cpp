#include "http/api/v1/idempotency_key.hpp"

#include "counter/integer.hpp"
#include "counter/limits.hpp"

#include <algorithm>

namespace http::v1 {

namespace {

/// Returns the text of a quoted string (RFC 8941 section 3.3.3); nullopt if it is malformed.
std::optional<std::string> unquoted(std::string_view value) {
  std::string text;
  for (std::size_t i = 1; i < value.size(); ++i) {
    if (value[i] == '"')
      return i + 1 == value.size() ? std::optional{text} : std::nullopt;
    if (value[i] == '\\') {
      ++i;
      if (i == value.size() || (value[i] != '"' && value[i] != '\\'))
        return std::nullopt;
    }
    text += value[i];
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> parse_idempotency_key(std::string_view value) {
  auto key = value.starts_with('"') ? unquoted(value) : std::optional{std::string{value}};
  auto is_visible = [](char c) { return c >= 0x21 && c <= 0x7e; };
  if (!key || key->empty() || key->size() > counter::limits::idempotency_key_bytes_max ||
      !std::all_of(key->begin(), key->end(), is_visible))
    return std::nullopt;
  return key;
}

result<std::string> read_idempotency_key(const header_fields& fields) {
  constexpr auto field = header_fields::name::idempotency_key;
  const auto count = fields.count(field);
  if (count == 0)
    return std::string{};
  if (count > 1)
    return problem{code::invalid_idempotency_key, "Idempotency-Key is given more than once"};
  if (auto key = parse_idempotency_key(*fields.find(field)))
    return std::move(*key);
  return problem{code::invalid_idempotency_key,
                 "Idempotency-Key must be 1 to 255 visible ASCII characters"};
}

result<std::optional<std::chrono::seconds>> read_idempotency_ttl(const header_fields& fields,
                                                                 std::chrono::seconds max) {
  using ttl = std::optional<std::chrono::seconds>;
  constexpr auto field = header_fields::name::idempotency_key_ttl;
  if (!fields.has(field))
    return ttl{};
  if (!fields.has(header_fields::name::idempotency_key))
    return problem{code::invalid_parameter, "Idempotency-Key-TTL needs an Idempotency-Key"};
  if (fields.count(field) > 1)
    return problem{code::duplicate_parameter, "Idempotency-Key-TTL is given more than once"};
  const auto text = *fields.find(field);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto seconds = counter::parse_integer(text);
  if (!seconds || !std::all_of(text.begin(), text.end(), is_digit) || *seconds < 1 ||
      *seconds > max.count())
    return problem{code::invalid_value,
                   "Idempotency-Key-TTL must be an integer of seconds from 1 to " +
                       std::to_string(max.count()) + " (--idempotency-ttl)"};
  return ttl{std::chrono::seconds{*seconds}};
}

}  // namespace http::v1
