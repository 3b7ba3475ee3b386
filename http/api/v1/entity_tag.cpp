#include "http/api/v1/entity_tag.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace http::v1 {

namespace {

constexpr std::string_view text_suffix = "-text";

struct tag_parts {
  std::uint64_t version;
  v1::representation representation;
};

/// Parses a tag as tag_field() writes it: no sign, no leading zeros.
std::optional<tag_parts> parse_tag(std::string_view tag) noexcept {
  const bool is_text = tag.ends_with(text_suffix);
  if (is_text)
    tag.remove_suffix(text_suffix.size());
  std::uint64_t version = 0;
  const auto [end, error] = std::from_chars(tag.data(), tag.data() + tag.size(), version);
  if (error != std::errc{} || end != tag.data() + tag.size() || tag.starts_with('0'))
    return std::nullopt;
  return tag_parts{version, is_text ? representation::text : representation::json};
}

bool is_tag_character(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x21 || (byte >= 0x23 && byte != 0x7f);
}

/// Removes one strong entity-tag from the front of `rest` and returns its text; nullopt if `rest`
/// does not begin with one.
std::optional<std::string_view> take_tag(std::string_view& rest) noexcept {
  if (!rest.starts_with('"'))
    return std::nullopt;
  const auto end = rest.find('"', 1);
  if (end == rest.npos)
    return std::nullopt;
  const auto tag = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  if (!std::all_of(tag.begin(), tag.end(), is_tag_character))
    return std::nullopt;
  return tag;
}

void skip(std::string_view& rest, std::string_view characters) noexcept {
  rest.remove_prefix(std::min(rest.find_first_not_of(characters), rest.size()));
}

}  // namespace

std::string tag_field(std::uint64_t version, representation representation) {
  std::string field = "ETag: \"";
  field.reserve(64);
  field += std::to_string(version);
  if (representation == v1::representation::text)
    field += text_suffix;
  return field += "\"\r\n";
}

std::optional<counter::version_set> parse_tags(std::string_view list, comparison comparison,
                                               std::optional<representation> selected) {
  counter::version_set versions;
  skip(list, " \t");
  if (list.starts_with('*')) {
    list.remove_prefix(1);
    skip(list, " \t");
    versions.is_any = true;
    return list.empty() ? std::optional{versions} : std::nullopt;
  }
  bool has_tag = false;
  // Empty list elements are ignored (RFC 9110 section 5.6.1).
  for (skip(list, " \t,"); !list.empty(); skip(list, " \t,")) {
    const bool is_weak = list.starts_with("W/");
    if (is_weak)
      list.remove_prefix(2);
    const auto tag = take_tag(list);
    skip(list, " \t");
    if (!tag || !(list.empty() || list.starts_with(',')))
      return std::nullopt;
    has_tag = true;
    if (const auto parts = parse_tag(*tag);
        parts && (!is_weak || comparison == comparison::weak) &&
        parts->representation == selected.value_or(parts->representation))
      versions.listed.push_back(parts->version);
  }
  return has_tag ? std::optional{versions} : std::nullopt;
}

result<counter::condition> read_condition(const header_fields& fields,
                                          std::optional<representation> selected) {
  counter::condition condition;
  const struct {
    header_fields::name field;
    v1::comparison comparison;
    const char* problem;
    std::optional<counter::version_set>& versions;
  } parts[] = {
      {header_fields::name::if_match, comparison::strong,
       "If-Match must be * or a list of entity-tags", condition.if_match},
      {header_fields::name::if_none_match, comparison::weak,
       "If-None-Match must be * or a list of entity-tags", condition.if_none_match},
  };
  for (const auto& part : parts) {
    const auto list = fields.find(part.field);
    if (list && !(part.versions = parse_tags(*list, part.comparison, selected)))
      return problem{code::invalid_value, part.problem};
  }
  return condition;
}

}  // namespace http::v1
