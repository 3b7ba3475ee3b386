// The values of the fields that the resource API looks at.

#include "counter/limits.hpp"
#include "http/api/v1/entity_tag.hpp"
#include "http/api/v1/idempotency_key.hpp"
#include "http/api/v1/media_type.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace {

using http::header_fields;
using http::v1::comparison;
using http::v1::parse_idempotency_key;
using http::v1::parse_tags;
using http::v1::representation;

std::string tag_of(std::uint64_t version, representation representation) {
  const auto field = http::v1::tag_field(version, representation);
  return field.substr(6, field.size() - 8);  // without `ETag: ` and the line end
}

/// Our own tags, one by one and in a list, are those of the versions.
void check_tags(const std::string& value) {
  const auto versions = parse_tags(value, comparison::strong);
  const auto weak = parse_tags(value, comparison::weak);
  REQUIRE(versions.has_value() == weak.has_value());
  if (!versions)
    return;
  REQUIRE(weak->is_any == versions->is_any);
  REQUIRE(weak->listed.size() >= versions->listed.size());
  REQUIRE(!versions->is_any || versions->listed.empty());
  REQUIRE(value.find(versions->is_any ? '*' : '"') != value.npos);
  std::string list = ", ";
  for (const auto version : versions->listed) {
    const auto tag = tag_of(version, representation::json);
    REQUIRE(version > 0);
    REQUIRE(value.find(tag) != value.npos ||
            value.find(tag_of(version, representation::text)) != value.npos);
    REQUIRE(parse_tags(tag, comparison::strong)->listed == std::vector{version});
    REQUIRE(parse_tags("W/" + tag, comparison::strong)->listed.empty());
    REQUIRE(parse_tags("W/" + tag, comparison::weak)->listed == std::vector{version});
    list += tag + " ,";
  }
  if (!versions->listed.empty())
    REQUIRE(parse_tags(list, comparison::strong) == versions);
}

std::string as_quoted(const std::string& key) {
  std::string text = "\"";
  for (const char c : key) {
    if (c == '"' || c == '\\')
      text += '\\';
    text += c;
  }
  return text + '"';
}

void check_key(const std::string& value) {
  const auto key = parse_idempotency_key(value);
  if (!key) {
    REQUIRE(parse_idempotency_key(as_quoted(value)) == std::nullopt || value.starts_with('"'));
    return;
  }
  REQUIRE(!key->empty() && key->size() <= counter::limits::idempotency_key_bytes_max);
  REQUIRE(std::all_of(key->begin(), key->end(), [](char c) { return c > 0x20 && c < 0x7f; }));
  REQUIRE(parse_idempotency_key(as_quoted(*key)) == key);
  if (!key->starts_with('"'))
    REQUIRE(parse_idempotency_key(*key) == key);
  if (!value.starts_with('"'))
    REQUIRE(*key == value);
}

/// `is_one`: there is a single field with this value.
void check_ttl(const std::string& value, const header_fields& fields, bool is_one) {
  constexpr std::chrono::seconds max{86'400};
  const auto ttl = http::v1::read_idempotency_ttl(fields, max);
  if (!ttl) {
    const auto text = http::v1::text_of(ttl.error().code);
    REQUIRE(text == (is_one ? "invalid-value" : "duplicate-parameter"));
    return;
  }
  REQUIRE(is_one && *ttl);
  REQUIRE((*ttl)->count() >= 1 && **ttl <= max);
  // Leading zeros are all that may differ.
  const auto digits = std::to_string((*ttl)->count());
  REQUIRE(value.ends_with(digits));
  REQUIRE(value.find_first_not_of('0') == value.size() - digits.size());
}

void check_types(const std::string& value) {
  using http::v1::type_of;
  using http::v1::wants_text;
  auto other_case = value;
  for (auto& c : other_case)
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
      c = static_cast<char>(c ^ 0x20);
  REQUIRE(type_of(other_case) == type_of(value));
  REQUIRE(type_of(" \t" + value + ";charset=x") == type_of(value));
  REQUIRE(wants_text(other_case) == wants_text(value));
  REQUIRE(!wants_text(value + ",*/*"));
  REQUIRE(!wants_text("application/json;q=0.1, " + value));
  if (wants_text(value))
    REQUIRE(wants_text(value + ", text/html, text/plain"));
}

}  // namespace

/// A line end separates the values of two fields of one name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string value{reinterpret_cast<const char*>(data),
                          std::min(size, counter::limits::header_bytes_max)};
  check_tags(value);
  check_key(value);
  check_types(value);

  const auto end = value.find('\n');
  const auto first = value.substr(0, end);
  header_fields fields;
  for (const auto name : {header_fields::name::if_match, header_fields::name::idempotency_key,
                          header_fields::name::idempotency_key_ttl})
    fields.add(name, first);
  auto joined = first;
  if (end != value.npos) {
    for (const auto name : {header_fields::name::idempotency_key_ttl,
                            header_fields::name::idempotency_key, header_fields::name::if_match})
      fields.add(name, value.substr(end + 1));
    joined += ", " + value.substr(end + 1);
  }
  REQUIRE(fields.find(header_fields::name::if_match) == joined);
  const auto condition = http::v1::read_condition(fields);
  const auto tags = parse_tags(joined, comparison::strong);
  REQUIRE(condition.has_error() == !tags);
  if (tags)
    REQUIRE(condition->if_match == tags);
  const auto key = http::v1::read_idempotency_key(fields);
  const bool is_one = end == value.npos && parse_idempotency_key(first);
  REQUIRE(key.has_value() == is_one);
  check_ttl(first, fields, end == value.npos);
  return 0;
}
