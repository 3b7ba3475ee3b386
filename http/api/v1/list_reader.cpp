#include "http/api/v1/list_reader.hpp"

#include "counter/name.hpp"
#include "http/api/v1/cursor.hpp"
#include "http/api/v1/parameter_reader.hpp"

namespace http::v1 {

namespace {

struct query {
  list_parameters list{};
  std::string cursor{};
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

constexpr parameter<query> rules[] = {
    {"prefix", "prefix must have at most 256 bytes", &set_prefix},
    {"limit", "limit must be an integer from 1 to 1000", &set_limit},
    {"cursor", "", &set_cursor},
    {"after", "after must be a name: 1 to 256 bytes of UTF-8 without control characters",
     &set_after},
};

}  // namespace

result<list_parameters> read_list(std::string_view raw_query) {
  parameter_reader<query> reader{rules};
  if (auto defect = read_query(raw_query, reader.sink()))
    return std::move(*defect);
  auto& list = reader.target.list;
  if (reader.has("cursor")) {
    if (reader.has("after"))
      return problem{code::invalid_parameter, "a list begins after a cursor or after a name"};
    auto after = parse_cursor(reader.target.cursor);
    if (!after || !after->starts_with(list.prefix))
      return problem{code::invalid_parameter,
                     "the cursor does not belong to a list with this prefix"};
    list.after = std::move(*after);
  }
  // Whatever is listed begins behind a smaller name.
  if (list.after < list.prefix)
    list.after.clear();
  return std::move(list);
}

}  // namespace http::v1
