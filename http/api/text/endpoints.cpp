#include "http/api/text/endpoints.hpp"

#include "counter/integer.hpp"
#include "counter/name.hpp"
#include "http/api/text/conditional_exchange.hpp"
#include "http/api/v1/entity_tag.hpp"
#include "http/api/v1/idempotency_key.hpp"
#include "http/api/v1/parameter_reader.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace http {

namespace {

action bad_request(std::string_view line) {
  return response{status::bad_request, line};
}

bool has_options(const header_fields& fields) noexcept {
  using field = header_fields::name;
  return fields.has(field::idempotency_key) || fields.has(field::idempotency_key_ttl) ||
         fields.has(field::if_match) || fields.has(field::if_none_match);
}

/// Reads the key, its TTL and the condition as /v1 does.
action with_options(const request_context& context, counter::operation operation,
                    std::string_view name, std::int64_t operand) {
  const auto& fields = context.request.fields;
  counter::full_command command{.name = std::string{name},
                                .parameters = {.operation = operation, .operand = operand}};
  auto condition = v1::read_condition(fields);
  if (!condition)
    return response{status::bad_request, condition.error().detail + "\n"};
  command.condition = *std::move(condition);
  if (operation != counter::operation::get) {
    auto key = v1::read_idempotency_key(fields);
    if (!key)
      return response{status::bad_request, key.error().detail + "\n"};
    command.idempotency_key = *std::move(key);
    const auto ttl = v1::read_idempotency_ttl(fields, context.server.idempotency_ttl_max);
    if (!ttl)
      return response{status::bad_request, ttl.error().detail + "\n"};
    command.idempotency_ttl = *ttl;
  }
  return std::make_unique<conditional_exchange>(std::move(command), context.request.method);
}

action with_name(const request_context& context, counter::operation operation,
                 std::int64_t operand) {
  const auto [lookup, name] = context.target.find("name");
  if (lookup == target::lookup::missing)
    return bad_request("name is missing: add ?name=NAME\n");
  if (lookup == target::lookup::repeated)
    return bad_request("name is given twice\n");
  if (!counter::is_valid_name(name))
    return bad_request("a name is 1 to 256 bytes of UTF-8 without control characters\n");
  if (has_options(context.request.fields))
    return with_options(context, operation, name, operand);
  return counter::command{operation, name, operand};
}

}  // namespace

action increment_counter(const request_context& context) {
  return with_name(context, counter::operation::add, 1);
}

action read_counter(const request_context& context) {
  return with_name(context, counter::operation::get, 0);
}

action set_counter(const request_context& context) {
  const auto [lookup, text] = context.target.find("val");
  if (lookup == target::lookup::missing)
    return bad_request("val is missing: add &val=NUMBER\n");
  if (lookup == target::lookup::repeated)
    return bad_request("val is given twice\n");
  const auto value = counter::parse_integer(text);
  if (!value)
    return response{status::bad_request,
                    "val is not an integer from -9223372036854775808 to 9223372036854775807" +
                        std::string{v1::hint_on(text)} + "\n"};
  return with_name(context, counter::operation::set, *value);
}

}  // namespace http
