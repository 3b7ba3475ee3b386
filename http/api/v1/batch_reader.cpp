#include "http/api/v1/batch_reader.hpp"

#include "counter/limits.hpp"
#include "counter/name.hpp"
#include "http/api/v1/json_text.hpp"
#include "http/api/v1/media_type.hpp"
#include "http/api/v1/operation_reader.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace http::v1 {

namespace {

namespace json = boost::json;
using counter::operation;

std::optional<operation> operation_of(const json::object& members) {
  const auto* op = members.if_contains("op");
  const auto* word = op == nullptr ? nullptr : op->if_string();
  if (word == nullptr)
    return std::nullopt;
  if (*word == "add")
    return operation::add;
  if (*word == "set")
    return operation::set;
  if (*word == "get")
    return operation::get;
  return *word == "delete" ? std::optional{operation::remove} : std::nullopt;
}

/// Reads one member of an operation: `op`, `name` or a parameter of the operation.
maybe_problem read_member(std::string_view member, const parameter_value& value,
                          counter::full_command& command, operation_reader& parameters) {
  if (member == "op")
    return std::nullopt;
  if (member == "name") {
    const auto name = as_text(value);
    if (!name || !counter::is_valid_name(*name))
      return problem{code::invalid_name,
                     "a name must be a string of 1 to 256 bytes without control characters"};
    command.name = *name;
    return std::nullopt;
  }
  return parameters.accept(member, value);
}

result<counter::full_command> read_operation(const json::value& element) {
  const auto* members = element.if_object();
  if (members == nullptr)
    return problem{code::invalid_value, "an operation must be an object"};
  if (!members->contains("op"))
    return problem{code::invalid_parameter, "op is missing"};
  const auto operation = operation_of(*members);
  if (!operation)
    return problem{code::invalid_value, "op must be add, set, get or delete"};
  counter::full_command command;
  operation_reader parameters{*operation};
  auto accept = [&](std::string_view member, const parameter_value& value) {
    return read_member(member, value, command, parameters);
  };
  if (auto defect = read_object(*members, accept))
    return std::move(*defect);
  if (command.name.empty())
    return problem{code::invalid_parameter, "name is missing"};
  const auto complete = parameters.finish();
  if (!complete)
    return complete.error();
  command.parameters = *complete;
  command.condition = parameters.condition().value_or(counter::condition{});
  return command;
}

result<json::array> read_operations(const request& request) {
  const auto type = request.fields.find(header_fields::name::content_type).value_or("");
  if (!request.body.empty() && type_of(type) != media_type::json)
    return problem{code::unsupported_media_type, "a batch must be application/json"};
  auto parsed = parse_object(request.body);
  if (!parsed)
    return parsed.error();
  auto& body = *parsed;
  for (const auto& member : body)
    if (member.key() != "ops")
      return problem{code::invalid_parameter, "a batch has no member but ops"};
  auto* operations = body.if_contains("ops");
  if (operations == nullptr)
    return problem{code::invalid_parameter, "ops is missing"};
  if (!operations->is_array())
    return problem{code::invalid_value, "ops must be a list"};
  const auto count = operations->get_array().size();
  if (count < 1 || count > counter::limits::batch_max)
    return problem{code::invalid_value, "a batch must have 1 to 1000 operations"};
  return std::move(operations->get_array());
}

}  // namespace

result<std::vector<counter::full_command>> read_batch(const request& request,
                                                      const std::string& key) {
  const auto operations = read_operations(request);
  if (!operations)
    return operations.error();
  std::vector<counter::full_command> commands;
  for (const auto& operation : *operations) {
    auto command = read_operation(operation);
    if (!command) {
      auto defect = command.error();
      defect.index = commands.size();
      return defect;
    }
    command->idempotency_key = key;
    command->position = static_cast<std::uint16_t>(commands.size());
    commands.push_back(*std::move(command));
  }
  return commands;
}

}  // namespace http::v1
