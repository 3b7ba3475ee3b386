#include "http/api/v1/endpoints.hpp"

#include "counter/name.hpp"
#include "http/api/operation_rights.hpp"
#include "http/api/refusals.hpp"
#include "http/api/v1/backup_exchange.hpp"
#include "http/api/v1/backup_reader.hpp"
#include "http/api/v1/batch_exchange.hpp"
#include "http/api/v1/batch_reader.hpp"
#include "http/api/v1/counter_exchange.hpp"
#include "http/api/v1/entity_tag.hpp"
#include "http/api/v1/event_text.hpp"
#include "http/api/v1/group_exchange.hpp"
#include "http/api/v1/idempotency_key.hpp"
#include "http/api/v1/list_exchange.hpp"
#include "http/api/v1/list_reader.hpp"
#include "http/api/v1/media_type.hpp"
#include "http/api/v1/openapi.hpp"
#include "http/api/v1/operation_reader.hpp"
#include "http/api/v1/problem.hpp"
#include "http/api/v1/removal_exchange.hpp"
#include "http/api/v1/statistics.hpp"
#include "http/api/v1/top_exchange.hpp"
#include "http/protocol/field_value.hpp"
#include "http/protocol/percent.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace http::v1 {

namespace {

maybe_problem refuse_query(const request_context& context) {
  return read_query(context.target.raw_query(), parameter_reader<int>{{}}.sink());
}

bool has_condition(const header_fields& fields) noexcept {
  return fields.has(header_fields::name::if_match) ||
         fields.has(header_fields::name::if_none_match);
}

// -- /v1/counters/{name} ------------------------------------------------------

representation wanted(const request_context& context) {
  const auto accept = context.request.fields.find(header_fields::name::accept);
  return accept && wants_text(*accept) ? representation::text : representation::json;
}

/// Reads the parameters and the condition of a change.
maybe_problem read_change(const request_context& context, counter::operation operation,
                          counter::full_command& command) {
  operation_reader reader{operation};
  if (auto defect = read_query(context.target.raw_query(), reader.sink()))
    return defect;
  if (auto defect = read_body(context.request, reader.sink()))
    return defect;
  const auto parameters = reader.finish();
  if (!parameters)
    return parameters.error();
  command.parameters = *parameters;
  if (!reader.condition())
    return std::nullopt;
  if (command.condition != counter::condition{})
    return problem{code::invalid_parameter,
                   "if_version excludes If-Match and If-None-Match: send one of them"};
  command.condition = *reader.condition();
  return std::nullopt;
}

result<counter::full_command> read_command(const request_context& context,
                                           counter::operation operation) {
  counter::full_command command;
  std::string buffer;
  command.name = decode(context.raw_name, false, buffer);
  if (!counter::is_valid_name(command.name))
    return problem{code::invalid_name,
                   "a name must be 1 to 256 bytes of UTF-8 without control characters"};
  const bool is_read = operation == counter::operation::get;
  auto condition = read_condition(context.request.fields,
                                  is_read ? std::optional{wanted(context)} : std::nullopt);
  if (!condition)
    return condition.error();
  command.condition = *std::move(condition);
  command.parameters.operation = operation;
  if (is_read) {
    // GET has no parameters and ignores its body.
    if (auto defect = refuse_query(context))
      return std::move(*defect);
    return command;
  }
  if (auto defect = read_change(context, operation, command))
    return std::move(*defect);
  auto key = read_idempotency_key(context.request.fields);
  if (!key)
    return key.error();
  command.idempotency_key = *std::move(key);
  const auto ttl = read_idempotency_ttl(context.request.fields, context.server.idempotency_ttl_max);
  if (!ttl)
    return ttl.error();
  command.idempotency_ttl = *ttl;
  return command;
}

action call_counter(const request_context& context, counter::operation operation) {
  auto command = read_command(context, operation);
  if (!command)
    return to_response(command.error());
  const auto verdict = check_operation(context.permissions, command->name, command->parameters);
  if (verdict != rights::verdict::allowed)
    return denial(error_format::problem, verdict, scope_of(operation), context.permissions);
  return std::make_unique<counter_exchange>(*std::move(command), wanted(context));
}

}  // namespace

action read_counter(const request_context& context) {
  return call_counter(context, counter::operation::get);
}

action add_to_counter(const request_context& context) {
  return call_counter(context, counter::operation::add);
}

action set_counter(const request_context& context) {
  return call_counter(context, counter::operation::set);
}

action remove_counter(const request_context& context) {
  return call_counter(context, counter::operation::remove);
}

// -- batches ------------------------------------------------------------------

namespace {

/// Refuses a batch as a whole if one of its operations is not allowed; nullopt if all are.
std::optional<response> refuse_batch(const std::vector<counter::full_command>& commands,
                                     const rights::permissions& permissions) {
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const auto& parameters = commands[i].parameters;
    const auto verdict = check_operation(permissions, commands[i].name, parameters);
    if (verdict != rights::verdict::allowed)
      return denial(error_format::problem, verdict, scope_of(parameters.operation), permissions, i);
  }
  return std::nullopt;
}

}  // namespace

// -- event streams ------------------------------------------------------------

namespace {

action begin_stream(const request_context& context, result<stream_parameters> stream) {
  if (!stream)
    return to_response(stream.error());
  if (stream->prefix) {
    // What it tells, a list would have told.
    auto verdict = context.permissions.check(rights::scope::list);
    if (verdict == rights::verdict::allowed)
      verdict = context.permissions.check_name(*stream->prefix);
    if (verdict != rights::verdict::allowed)
      return denial(error_format::problem, verdict, rights::scope::list, context.permissions);
  }
  for (const auto& name : stream->names)
    if (const auto verdict = context.permissions.check_name(name);
        verdict != rights::verdict::allowed)
      return denial(error_format::problem, verdict, rights::scope::read, context.permissions);
  const auto accept = context.request.fields.find(header_fields::name::accept);
  stream->accepts_events = accept && names_range(*accept, event_stream_type);
  if (const auto* grant = context.permissions.grant())
    stream->expires_at = grant->expires_at;
  return *std::move(stream);
}

}  // namespace

action stream_counter(const request_context& context) {
  std::string buffer;
  const auto name = decode(context.raw_name, false, buffer);
  const auto id = context.request.fields.find(header_fields::name::last_event_id).value_or("");
  return begin_stream(context, read_stream_of_one(name, context.target.raw_query(), id));
}

action stream_counters(const request_context& context) {
  return begin_stream(context, read_stream(context.target.raw_query()));
}

// -- other paths --------------------------------------------------------------

namespace {

/// Refuses a list of names that the client may not see; nullopt if it may.
std::optional<response> refuse_prefix(const request_context& context, std::string_view prefix,
                                      rights::scope scope = rights::scope::list) {
  const auto verdict = context.permissions.check_name(prefix);
  if (verdict == rights::verdict::allowed)
    return std::nullopt;
  return denial(error_format::problem, verdict, scope, context.permissions);
}

}  // namespace

action list_counters(const request_context& context) {
  auto list = read_list(context.target.raw_query());
  if (!list)
    return to_response(list.error());
  if (auto refusal = refuse_prefix(context, list->prefix))
    return std::move(*refusal);
  return std::make_unique<list_exchange>(*std::move(list));
}

action list_top(const request_context& context) {
  auto list = read_top(context.target.raw_query());
  if (!list)
    return to_response(list.error());
  if (auto refusal = refuse_prefix(context, list->prefix))
    return std::move(*refusal);
  return std::make_unique<top_exchange>(*std::move(list));
}

action list_prefixes(const request_context& context) {
  auto groups = read_groups(context.target.raw_query());
  if (!groups)
    return to_response(groups.error());
  if (auto refusal = refuse_prefix(context, groups->list.prefix))
    return std::move(*refusal);
  return std::make_unique<group_exchange>(*std::move(groups));
}

action remove_counters(const request_context& context) {
  const auto& fields = context.request.fields;
  if (has_condition(fields) || fields.has(header_fields::name::idempotency_key) ||
      fields.has(header_fields::name::idempotency_key_ttl))
    return to_response({code::invalid_parameter,
                        "deleting by prefix takes no If-Match, If-None-Match or Idempotency-Key: "
                        "to ask again deletes what is left"});
  auto list = read_removal(context.target.raw_query());
  if (!list)
    return to_response(list.error());
  // How many there are is what a list tells.
  const auto verdict = context.permissions.check(rights::scope::list);
  if (verdict != rights::verdict::allowed)
    return denial(error_format::problem, verdict, rights::scope::list, context.permissions);
  if (auto refusal = refuse_prefix(context, list->prefix, rights::scope::remove))
    return std::move(*refusal);
  return std::make_unique<removal_exchange>(*std::move(list));
}

action run_batch(const request_context& context) {
  if (const auto defect = refuse_query(context))
    return to_response(*defect);
  if (has_condition(context.request.fields))
    return to_response({code::invalid_parameter,
                        "a batch has no version: use if_version in its operations, in place of "
                        "If-Match and If-None-Match"});
  const auto key = read_idempotency_key(context.request.fields);
  if (!key)
    return to_response(key.error());
  const auto ttl = read_idempotency_ttl(context.request.fields, context.server.idempotency_ttl_max);
  if (!ttl)
    return to_response(ttl.error());
  auto commands = read_batch(context.request, *key);
  if (!commands)
    return to_response(commands.error());
  if (auto refusal = refuse_batch(*commands, context.permissions))
    return std::move(*refusal);
  for (auto& command : *commands)
    command.idempotency_ttl = *ttl;
  return std::make_unique<batch_exchange>(*std::move(commands));
}

action make_backup(const request_context& context) {
  const auto& fields = context.request.fields;
  if (has_condition(fields) || fields.has(header_fields::name::idempotency_key) ||
      fields.has(header_fields::name::idempotency_key_ttl))
    return to_response({code::invalid_parameter,
                        "a backup takes no If-Match, If-None-Match or Idempotency-Key: its name "
                        "makes it safe to ask again"});
  auto name = read_backup(context.request, context.target.raw_query());
  if (!name)
    return to_response(name.error());
  const auto& store = context.server.store;
  if (!store.has_backups)
    return to_response(
        {code::no_data_directory, store.durability.sync == counter::durability::sync::none
                                      ? "start the server with --data DIR"
                                      : "the counters are in a database: make a backup of that"});
  return std::make_unique<backup_exchange>(*std::move(name));
}

action show_statistics(const request_context& context) {
  if (const auto defect = refuse_query(context))
    return to_response(*defect);
  const auto report = context.server.metrics ? context.server.metrics() : metrics::report{};
  return response{.body = describe(report), .type = json_type};
}

action describe_server(const request_context& context) {
  if (const auto defect = refuse_query(context))
    return to_response(*defect);
  return response{.body = context.server.describe(context.permissions.is_read_only()),
                  .type = json_type};
}

action describe_api(const request_context& context) {
  if (const auto defect = refuse_query(context))
    return to_response(*defect);
  return response{.body = openapi, .type = json_type};
}

}  // namespace http::v1
