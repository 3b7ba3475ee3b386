#include "http/api/v1/entity_tag.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace http::v1 {

namespace {

/// Parses a version as tag_of() writes it: no sign, no leading zeros.
std::optional<std::uint64_t> parse_version(std::string_view text) noexcept {
  std::uint64_t version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc{} || end != text.data() + text.size() || text.starts_with('0'))
    return std::nullopt;
  return version;
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

std::string tag_of(std::uint64_t version) {
  return '"' + std::to_string(version) + '"';
}

std::optional<counter::version_set> parse_tags(std::string_view list, comparison comparison) {
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
    if (const auto version = parse_version(*tag);
        version && (!is_weak || comparison == comparison::weak))
      versions.listed.push_back(*version);
  }
  return has_tag ? std::optional{versions} : std::nullopt;
}

result<counter::condition> read_condition(const header_fields& fields) {
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
    if (list && !(part.versions = parse_tags(*list, part.comparison)))
      return problem{code::invalid_value, part.problem};
  }
  return condition;
}

}  // namespace http::v1
