#include "http/api/v1/counter_reply.hpp"

#include "http/api/v1/timestamp.hpp"

#include <cassert>

namespace http::v1 {

namespace {

namespace json = boost::json;

json::value expiry_of(const counter::state& state) {
  return state.expires_at ? json::value(to_rfc3339(*state.expires_at)) : nullptr;
}

}  // namespace

json::object describe(std::string_view name, const counter::state& state) {
  return {{"name", name},
          {"value", state.value},
          {"version", state.version},
          {"expires_at", expiry_of(state)}};
}

json::object describe(std::string_view name, const counter::parameters& parameters,
                      const counter::full_reply& reply) {
  using counter::operation;
  assert(reply.outcome == counter::outcome::ok);
  const auto& [before, after] = std::tie(reply.before, reply.after);
  if (!after && reply.deletion_version != 0)
    return {{"version", reply.deletion_version}};
  if (!after)
    return {};
  if (parameters.operation == operation::get)
    return describe(name, *after);
  json::object body{{"name", name},
                    {"value", after->value},
                    {"previous", before ? json::value(before->value) : nullptr}};
  // Cannot overflow: it lies between 0 and delta, as `after` is the sum or a bound on the way to
  // it.
  if (parameters.operation == operation::add)
    body["applied"] = after->value - (before ? before->value : parameters.initial);
  body["version"] = after->version;
  body["created"] = !before;
  body["expires_at"] = expiry_of(*after);
  return body;
}

status status_of(const counter::full_reply& reply) noexcept {
  if (!reply.after)
    return status::no_content;
  return reply.before ? status::ok : status::created;
}

}  // namespace http::v1
