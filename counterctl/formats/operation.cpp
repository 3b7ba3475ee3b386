#include "counterctl/formats/operation.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <string_view>

namespace counterctl {

namespace {

namespace json = boost::json;

std::string_view name_of(operation_kind kind) {
  switch (kind) {
    case operation_kind::get:
      return "get";
    case operation_kind::add:
      return "add";
    case operation_kind::set:
      return "set";
    case operation_kind::remove:
      break;
  }
  return "delete";
}

void put(json::object& object, std::string_view name, const std::optional<std::int64_t>& number) {
  if (number)
    object[json::string_view{name.data(), name.size()}] = *number;
}

/// The parameters without the name.
json::object parameters_of(const operation& operation) {
  json::object object;
  if (operation.kind == operation_kind::add)
    object["delta"] = operation.operand;
  if (operation.kind == operation_kind::set)
    object["value"] = operation.operand;
  put(object, "initial", operation.initial);
  put(object, "min", operation.min);
  put(object, "max", operation.max);
  put(object, "ttl", operation.ttl_seconds);
  put(object, "if_version", operation.if_version);
  if (!operation.ttl_mode.empty())
    object["ttl_mode"] = operation.ttl_mode;
  if (operation.clamps)
    object["on_limit"] = "clamp";
  if (!operation.creates)
    object["create"] = false;
  return object;
}

}  // namespace

std::string to_json(const operation& operation) {
  auto object = parameters_of(operation);
  const auto kind = name_of(operation.kind);
  object["op"] = json::string_view{kind.data(), kind.size()};
  object["name"] = operation.name;
  return json::serialize(object);
}

std::string parameters_to_json(const operation& operation) {
  return json::serialize(parameters_of(operation));
}

}  // namespace counterctl
