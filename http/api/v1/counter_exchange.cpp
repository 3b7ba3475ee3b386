#include "http/api/v1/counter_exchange.hpp"

#include "http/api/v1/counter_reply.hpp"
#include "http/api/v1/entity_tag.hpp"
#include "http/api/v1/json_writer.hpp"
#include "http/protocol/percent.hpp"

#include <utility>

namespace http::v1 {

namespace {

/// A body takes less, unless the name is long.
constexpr std::size_t body_bytes = 192;

/// Returns a URL of the counter that URL parsers leave alone. They remove `.` and `..` from a path,
/// however encoded (RFC 3986 section 5.2.4, and the WHATWG URL standard for `%2e`), but not from a
/// query.
std::string location_of(const std::string& name) {
  return (name == "." || name == ".." ? "/get?name=" : "/v1/counters/") + encode(name);
}

}  // namespace

http::response counter_exchange::response() {
  const auto& full = reply<counter::full_reply>();
  switch (full.outcome) {
    case counter::outcome::ok:
      return success();
    case counter::outcome::not_modified:
      return {.status = status::not_modified,
              .fields = cache_fields(*full.after, true),
              .caching = caching::no_cache};
    default:
      return refusal_of(full);
  }
}

/// The fields by which a cache revalidates a stored response and selects among representations.
std::string counter_exchange::cache_fields(const counter::state& state, bool may_be_cached) const {
  auto fields = tag_field(state.version, representation_);
  if (may_be_cached)
    fields += "Vary: Accept\r\n";
  return fields;
}

http::response counter_exchange::success() const {
  const auto& command = request<counter::full_command>();
  const auto& full = reply<counter::full_reply>();
  http::response response{.status = status_of(full)};
  std::string fields;
  if (full.is_replayed)
    fields += "Idempotency-Replayed: true\r\n";
  if (!full.after) {
    if (full.deletion_version != 0)
      fields += tag_field(full.deletion_version, representation_);
    response.fields = std::move(fields);
    return response;
  }
  const bool is_read = command.parameters.operation == counter::operation::get;
  response.caching = is_read ? caching::no_cache : caching::no_store;
  fields += cache_fields(*full.after, is_read);
  if (response.status == status::created)
    fields += "Location: " + location_of(command.name) + "\r\n";
  response.fields = std::move(fields);
  if (representation_ == representation::text) {
    response.body = std::to_string(full.after->value) + "\n";
  } else {
    response.type = json_type;
    response.body = json_object(
        [&](json_writer& writer) {
          describe_effect(writer, command.name, command.parameters, full);
        },
        body_bytes);
  }
  return response;
}

}  // namespace http::v1
