#include "http/api/v1/parameter_reader.hpp"

#include "http/api/v1/json_reader.hpp"
#include "http/protocol/percent.hpp"

namespace http::v1 {

namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view malformed_form = "the form is not valid percent-encoded UTF-8";

/// Passes the members of the outermost object to a sink, until the first problem.
class member_reader final : public json_visitor {
public:
  explicit member_reader(const parameter_sink& accept) : accept_(accept) {}

  maybe_problem problem;

  void value(std::size_t depth, std::string_view name, const json_value& value) override {
    if (depth == 1 && !problem)
      problem = accept_(name, value);
  }
  void end(std::size_t /*depth*/) override {}

private:
  const parameter_sink& accept_;
};

}  // namespace

std::optional<std::int64_t> as_integer(const parameter_value& value) noexcept {
  if (const auto* text = std::get_if<std::string_view>(&value))
    return counter::parse_integer(*text);
  return std::get<json_value>(value).if_integer();
}

std::optional<bool> as_boolean(const parameter_value& value) noexcept {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    if (*text == "true" || *text == "false")
      return *text == "true";
    return std::nullopt;
  }
  return std::get<json_value>(value).if_boolean();
}

std::optional<std::string_view> as_text(const parameter_value& value) noexcept {
  if (const auto* text = std::get_if<std::string_view>(&value))
    return *text;
  return std::get<json_value>(value).if_string();
}

std::string_view hint_on(std::string_view refused) noexcept {
  if (refused.empty())
    return {};
  if (blanks.find(refused.back()) != blanks.npos)
    return "; this value ends with a space or a line end";
  if (refused.front() == ' ')
    return "; this value begins with a space, which + stands for: write %2B for a plus";
  return {};
}

std::string refusal_of_value(std::string_view rule, const parameter_value& value) {
  std::string detail{rule};
  const auto text = as_text(value);
  if (std::holds_alternative<std::string_view>(value))
    detail += hint_on(*text);
  else if (text && (as_integer(*text) || as_boolean(*text)))
    detail += "; this value is a string: write it without quotes";
  return detail;
}

std::string refusal_of_name(std::string_view name) {
  constexpr std::size_t misspelling_bytes_max = 64;
  if (name.starts_with('{') || name.starts_with('['))
    return "this is not a form: send JSON with Content-Type: application/json";
  if (name.find_first_not_of(blanks) == name.npos)
    return "a parameter has no name: remove the stray space or line end";
  std::string detail = "unknown parameter";
  if (name.size() <= misspelling_bytes_max)
    detail.append(": ").append(name);
  return detail;
}

maybe_problem read_query(std::string_view raw_query, const parameter_sink& accept) {
  maybe_problem problem;
  std::string name_buffer, value_buffer;
  for_each_pair(raw_query, [&](std::string_view name, std::string_view value) {
    problem = accept(decode(name, true, name_buffer), decode(value, true, value_buffer));
    return !problem;
  });
  return problem;
}

maybe_problem read_members(std::string_view json, const parameter_sink& accept) {
  member_reader members{accept};
  if (auto problem = read_json(json, members))
    return problem;
  return std::move(members.problem);
}

maybe_problem read_body(const request& request, const parameter_sink& accept) {
  if (request.body.empty())
    return std::nullopt;
  switch (type_of(request.fields.find(header_fields::name::content_type).value_or(""))) {
    case media_type::json: {
      auto problem = read_members(request.body, accept);
      if (problem)
        problem->index.reset();  // only a batch has indexes
      return problem;
    }
    case media_type::form: {
      std::string buffer;
      if (!has_good_encoding(request.body, buffer))
        return problem{code::bad_request, std::string{malformed_form}};
      return read_query(request.body, accept);
    }
    case media_type::none:
    case media_type::other:
      break;
  }
  return problem{code::unsupported_media_type,
                 "the body must be application/json or application/x-www-form-urlencoded"};
}

}  // namespace http::v1
