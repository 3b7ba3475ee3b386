#include "http/api/v1/router.hpp"

#include "counter/name.hpp"
#include "http/api/v1/backup_exchange.hpp"
#include "http/api/v1/backup_reader.hpp"
#include "http/api/v1/batch_exchange.hpp"
#include "http/api/v1/batch_reader.hpp"
#include "http/api/v1/counter_exchange.hpp"
#include "http/api/v1/entity_tag.hpp"
#include "http/api/v1/idempotency_key.hpp"
#include "http/api/v1/list_exchange.hpp"
#include "http/api/v1/list_reader.hpp"
#include "http/api/v1/media_type.hpp"
#include "http/api/v1/operation_reader.hpp"
#include "http/api/v1/problem.hpp"
#include "http/protocol/percent.hpp"
#include "http/v1/openapi.hpp"

#include <utility>
#include <vector>

namespace http::v1 {

namespace {

/// What a handler works with.
struct call {
  const http::request& request;
  target& decoder;
  const v1::server_info& server_info;
  peer from;
  std::string_view raw_name;  ///< the last segment of the path, as sent
};

action to_action(const problem& found) {
  return to_message(found);
}

maybe_problem refuse_query(const call& call) {
  return read_query(call.decoder.raw_query(), parameter_reader<int>{{}}.sink());
}

// -- /v1/counters/{name} ------------------------------------------------------

counter::operation operation_of(method method) noexcept {
  switch (method) {
    case method::post:
      return counter::operation::add;
    case method::put:
      return counter::operation::set;
    case method::delete_:
      return counter::operation::remove;
    default:
      return counter::operation::get;
  }
}

result<counter::parameters> read_parameters(const call& call, counter::operation operation) {
  operation_reader reader{operation};
  if (auto found = read_query(call.decoder.raw_query(), reader.sink()))
    return std::move(*found);
  // The body of a read is ignored.
  if (auto found = operation == counter::operation::get ? std::nullopt
                                                        : read_body(call.request, reader.sink()))
    return std::move(*found);
  return reader.finish();
}

result<counter::full_command> read_command(const call& call) {
  counter::full_command command;
  std::string buffer;
  command.name = decode(call.raw_name, false, buffer);
  if (!counter::is_valid_name(command.name))
    return problem{code::invalid_name,
                   "a name is 1 to 256 bytes of UTF-8 without control characters"};
  const auto operation = operation_of(call.request.method);
  auto parameters = read_parameters(call, operation);
  if (auto* found = std::get_if<problem>(&parameters))
    return std::move(*found);
  command.parameters = std::get<counter::parameters>(parameters);
  auto condition = read_condition(call.request.fields);
  if (auto* found = std::get_if<problem>(&condition))
    return std::move(*found);
  command.condition = std::get<counter::condition>(std::move(condition));
  if (operation == counter::operation::get)
    return command;
  auto key = read_idempotency_key(call.request.fields);
  if (auto* found = std::get_if<problem>(&key))
    return std::move(*found);
  command.idempotency_key = std::get<std::string>(std::move(key));
  return command;
}

action ask_counter(const call& call) {
  auto command = read_command(call);
  if (const auto* found = std::get_if<problem>(&command))
    return to_action(*found);
  const auto accept = call.request.fields.find(header_fields::name::accept);
  return std::make_unique<counter_exchange>(std::get<counter::full_command>(std::move(command)),
                                            accept && wants_text(*accept));
}

// -- the others ---------------------------------------------------------------

action list_counters(const call& call) {
  auto list = read_list(call.decoder.raw_query());
  if (const auto* found = std::get_if<problem>(&list))
    return to_action(*found);
  return std::make_unique<list_exchange>(std::get<list_parameters>(std::move(list)),
                                         call.server_info.store);
}

action run_batch(const call& call) {
  if (const auto found = refuse_query(call))
    return to_action(*found);
  const auto key = read_idempotency_key(call.request.fields);
  if (const auto* found = std::get_if<problem>(&key))
    return to_action(*found);
  auto commands = read_batch(call.request, std::get<std::string>(key));
  if (const auto* found = std::get_if<problem>(&commands))
    return to_action(*found);
  return std::make_unique<batch_exchange>(
      std::get<std::vector<counter::full_command>>(std::move(commands)));
}

action make_backup(const call& call) {
  if (call.from != peer::local)
    return to_action({code::forbidden, "backups are made from this machine only"});
  auto name = read_backup(call.request, call.decoder.raw_query());
  if (const auto* found = std::get_if<problem>(&name))
    return to_action(*found);
  const auto mailbox = call.server_info.store.backups;
  if (!mailbox)
    return to_action({code::no_data_directory, "start with --data DIR"});
  return std::make_unique<backup_exchange>(*mailbox, std::get<std::string>(std::move(name)));
}

action describe_server(const call& call) {
  if (const auto found = refuse_query(call))
    return to_action(*found);
  return response{.body = call.server_info.info, .type = json_type};
}

action describe_api(const call& call) {
  if (const auto found = refuse_query(call))
    return to_action(*found);
  return response{.body = openapi, .type = json_type};
}

// -- the routes ---------------------------------------------------------------

/// A path is its segments; a `*` takes any one.
struct route_entry {
  std::vector<std::string_view> path;
  unsigned methods;
  std::string_view allow;
  action (*answer)(const call&);
};

const std::vector<route_entry>& routes() {
  constexpr auto read = method::get | method::head;
  static const std::vector<route_entry> all{
      {{"v1", "counters", "*"},
       read | method::post | method::put | method::delete_,
       "GET, HEAD, POST, PUT, DELETE, OPTIONS",
       &ask_counter},
      {{"v1", "counters"}, read, "GET, HEAD, OPTIONS", &list_counters},
      {{"v1", "batch"}, static_cast<unsigned>(method::post), "POST, OPTIONS", &run_batch},
      {{"v1", "admin", "backup"},
       static_cast<unsigned>(method::post),
       "POST, OPTIONS",
       &make_backup},
      {{"v1", "info"}, read, "GET, HEAD, OPTIONS", &describe_server},
      {{"openapi.json"}, read, "GET, HEAD, OPTIONS", &describe_api},
  };
  return all;
}

/// Splits before anything is decoded: `%2F` does not separate.
std::vector<std::string_view> segments_of(std::string_view raw_path) {
  std::vector<std::string_view> segments;
  for (auto rest = raw_path.substr(1);;) {
    const auto slash = rest.find('/');
    segments.push_back(rest.substr(0, slash));
    if (slash == rest.npos)
      return segments;
    rest.remove_prefix(slash + 1);
  }
}

bool is_path(const std::vector<std::string_view>& segments,
             const std::vector<std::string_view>& pattern) {
  if (segments.size() != pattern.size())
    return false;
  std::string buffer;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    // What is malformed may only be a name.
    if (pattern[i] == "*")
      continue;
    if (!has_good_encoding(segments[i], buffer) || decode(segments[i], false, buffer) != pattern[i])
      return false;
  }
  return true;
}

}  // namespace

bool owns_path(std::string_view raw_path) {
  if (!raw_path.starts_with('/'))
    return false;
  const auto segments = segments_of(raw_path);
  return is_path({segments[0]}, {"v1"}) || is_path(segments, {"openapi.json"});
}

action route(const request& request, target& decoder, target::defect found,
             const server_info& server_info, peer from) {
  const auto segments = segments_of(decoder.raw_path());
  for (const auto& entry : routes()) {
    if (!is_path(segments, entry.path))
      continue;
    if (found == target::defect::path)
      return to_message(
          {code::invalid_name, "the name has a bad percent-encoding, or is not UTF-8"});
    if (found != target::defect::none)
      break;
    if (request.method == method::options)
      return response{.status = status::no_content, .allow = entry.allow};
    if (!contains(entry.methods, request.method)) {
      auto refused = to_message({code::method_not_allowed, "see Allow"});
      refused.allow = entry.allow;
      return refused;
    }
    return entry.answer({request, decoder, server_info, from, segments.back()});
  }
  if (found != target::defect::none)
    return to_message(
        {code::bad_request, "the target has a bad percent-encoding, or is not UTF-8"});
  return to_message({code::no_such_route, "see /openapi.json for what there is"});
}

}  // namespace http::v1
