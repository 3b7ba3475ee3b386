#include "http/api/v1/list_reader.hpp"

#include "counter/name.hpp"
#include "http/api/v1/cursor.hpp"
#include "http/api/v1/parameter_reader.hpp"

namespace http::v1 {

namespace {

struct query {
  list_parameters list{};
  std::string cursor{};
  std::string delimiter{"/"};
};

bool set_prefix(query& target, const parameter_value& value) {
  target.list.prefix = as_text(value).value_or("");
  return target.list.prefix.size() <= counter::limits::name_bytes_max;
}

bool set_limit(query& target, const parameter_value& value) {
  const auto limit = as_integer(value);
  if (!limit || *limit < 1 || *limit > static_cast<std::int64_t>(counter::limits::page_max))
    return false;
  target.list.limit = static_cast<std::size_t>(*limit);
  return true;
}

bool set_cursor(query& target, const parameter_value& value) {
  target.cursor = as_text(value).value_or("");
  return true;
}

bool set_after(query& target, const parameter_value& value) {
  target.list.after = as_text(value).value_or("");
  return counter::is_valid_name(target.list.after);
}

bool set_delimiter(query& target, const parameter_value& value) {
  target.delimiter = as_text(value).value_or("");
  return !target.delimiter.empty() && target.delimiter.size() <= counter::limits::name_bytes_max;
}

constexpr parameter<query> prefix_rule{"prefix", "prefix must have at most 256 bytes", &set_prefix};
constexpr parameter<query> limit_rule{"limit", "limit must be an integer from 1 to 1000",
                                      &set_limit};
constexpr parameter<query> cursor_rule{"cursor", "", &set_cursor};

constexpr parameter<query> list_rules[] = {
    prefix_rule,
    limit_rule,
    cursor_rule,
    {"after", "after must be a name: 1 to 256 bytes of UTF-8 without control characters",
     &set_after},
};
constexpr parameter<query> top_rules[] = {prefix_rule, limit_rule};
constexpr parameter<query> group_rules[] = {
    prefix_rule,
    limit_rule,
    cursor_rule,
    {"delimiter", "delimiter must have 1 to 256 bytes", &set_delimiter},
};

/// Sets where a list begins by its cursor, if it has one.
maybe_problem take_cursor(const parameter_reader<query>& reader, list_parameters& list) {
  if (!reader.has("cursor"))
    return std::nullopt;
  auto after = parse_cursor(reader.target.cursor);
  if (!after || !after->starts_with(list.prefix))
    return problem{code::invalid_parameter,
                   "the cursor does not belong to a list with this prefix"};
  list.after = std::move(*after);
  return std::nullopt;
}

}  // namespace

result<list_parameters> read_list(std::string_view raw_query) {
  parameter_reader<query> reader{list_rules};
  if (auto defect = read_query(raw_query, reader.sink()))
    return std::move(*defect);
  auto& list = reader.target.list;
  if (reader.has("cursor") && reader.has("after"))
    return problem{code::invalid_parameter, "a list begins after a cursor or after a name"};
  if (auto defect = take_cursor(reader, list))
    return std::move(*defect);
  // Whatever is listed begins behind a smaller name.
  if (list.after < list.prefix)
    list.after.clear();
  return std::move(list);
}

result<list_parameters> read_top(std::string_view raw_query) {
  parameter_reader<query> reader{top_rules};
  if (auto defect = read_query(raw_query, reader.sink()))
    return std::move(*defect);
  return std::move(reader.target.list);
}

result<list_parameters> read_removal(std::string_view raw_query) {
  parameter_reader<query> reader{top_rules};
  if (auto defect = read_query(raw_query, reader.sink()))
    return std::move(*defect);
  if (!reader.has("prefix") || !reader.has("limit"))
    return problem{code::invalid_parameter,
                   "prefix and limit are required: at most so many counters are deleted"};
  return std::move(reader.target.list);
}

result<group_parameters> read_groups(std::string_view raw_query) {
  parameter_reader<query> reader{group_rules};
  if (auto defect = read_query(raw_query, reader.sink()))
    return std::move(*defect);
  group_parameters groups{std::move(reader.target.list), std::move(reader.target.delimiter)};
  if (auto defect = take_cursor(reader, groups.list))
    return std::move(*defect);
  return groups;
}

}  // namespace http::v1
