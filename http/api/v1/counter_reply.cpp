#include "http/api/v1/counter_reply.hpp"

#include "http/api/v1/timestamp.hpp"

#include <cassert>
#include <optional>
#include <string>
#include <tuple>

namespace http::v1 {

namespace {

std::optional<std::string> expiry_of(const counter::state& state) {
  return state.expires_at ? std::optional{to_rfc3339(*state.expires_at)} : std::nullopt;
}

void describe_members(json_writer& writer, std::string_view name, const counter::state& state) {
  writer.member("name", name);
  writer.member("value", state.value);
  writer.member("version", state.version);
  writer.member("expires_at", expiry_of(state));
}

}  // namespace

void describe(json_writer& writer, std::string_view name, const counter::state& state) {
  writer.begin_object();
  describe_members(writer, name, state);
  writer.end_object();
}

void describe_effect(json_writer& writer, std::string_view name,
                     const counter::parameters& parameters, const counter::full_reply& reply) {
  using counter::operation;
  assert(reply.outcome == counter::outcome::ok);
  const auto& [before, after] = std::tie(reply.before, reply.after);
  if (!after) {
    if (reply.deletion_version != 0)
      writer.member("version", reply.deletion_version);
    return;
  }
  if (parameters.operation == operation::get)
    return describe_members(writer, name, *after);
  writer.member("name", name);
  writer.member("value", after->value);
  writer.member("previous", before ? std::optional{before->value} : std::nullopt);
  // Cannot overflow: it lies between 0 and delta, as `after` is the sum or a bound on the way to
  // it.
  if (parameters.operation == operation::add)
    writer.member("applied", after->value - (before ? before->value : parameters.initial));
  writer.member("version", after->version);
  writer.member("created", !before);
  writer.member("expires_at", expiry_of(*after));
}

status status_of(const counter::full_reply& reply) noexcept {
  if (!reply.after)
    return status::no_content;
  return reply.before ? status::ok : status::created;
}

}  // namespace http::v1
