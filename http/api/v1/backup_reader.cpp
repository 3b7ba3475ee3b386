#include "http/api/v1/backup_reader.hpp"

#include "counter/name.hpp"
#include "http/api/v1/parameter_reader.hpp"

#include <utility>

namespace http::v1 {

namespace {

bool set_name(std::string& target, const parameter_value& value) {
  target = as_text(value).value_or("");
  return counter::is_valid_backup_name(target);
}

constexpr parameter<std::string> rules[] = {
    {"name",
     "the name of a backup must be 1 to 64 letters, digits, dots, dashes and underscores, and must "
     "not begin with a dot",
     &set_name},
};

}  // namespace

result<std::string> read_backup(const request& request, std::string_view raw_query) {
  parameter_reader<std::string> reader{rules};
  if (auto defect = read_query(raw_query, reader.sink()))
    return std::move(*defect);
  if (auto defect = read_body(request, reader.sink()))
    return std::move(*defect);
  if (!reader.has("name"))
    return problem{code::invalid_parameter, "name is missing"};
  return std::move(reader.target);
}

}  // namespace http::v1
