#include "http/api/v1/counter_exchange.hpp"

#include "http/api/v1/counter_reply.hpp"
#include "http/api/v1/entity_tag.hpp"
#include "http/api/v1/json_text.hpp"
#include "http/protocol/percent.hpp"

#include <utility>

namespace http::v1 {

namespace {

/// The fields by which a cache revalidates a stored response and selects among representations.
std::string cache_fields(const counter::state& state, bool may_be_cached) {
  auto fields = "ETag: " + tag_of(state.version) + "\r\n";
  if (may_be_cached)
    fields += "Vary: Accept\r\n";
  return fields;
}

}  // namespace

counter_exchange::counter_exchange(counter::full_command command, bool as_text)
    : command_(std::move(command)),
      as_text_(as_text) {}

std::optional<counter::request> counter_exchange::next_request() {
  if (std::exchange(is_sent_, true))
    return std::nullopt;
  return std::move(command_);
}

void counter_exchange::take(counter::call completed) {
  command_ = std::get<counter::full_command>(std::move(completed.request));
  reply_ = std::get<counter::full_reply>(completed.response);
}

http::response counter_exchange::response() {
  switch (reply_->outcome) {
    case counter::outcome::ok:
      return success();
    case counter::outcome::not_modified:
      return {.status = status::not_modified,
              .fields = cache_fields(*reply_->after, true),
              .may_be_cached = true};
    default:
      return refusal_of(*reply_);
  }
}

http::response counter_exchange::success() const {
  http::response response{.status = status_of(*reply_)};
  std::string fields;
  if (reply_->is_replayed)
    fields += "Idempotency-Replayed: true\r\n";
  if (!reply_->after) {
    response.fields = std::move(fields);
    return response;
  }
  response.may_be_cached = command_.parameters.operation == counter::operation::get;
  fields += cache_fields(*reply_->after, response.may_be_cached);
  if (response.status == status::created)
    fields += "Location: /v1/counters/" + encode(command_.name) + "\r\n";
  response.fields = std::move(fields);
  if (as_text_) {
    response.body = std::to_string(reply_->after->value) + "\n";
  } else {
    response.type = json_type;
    response.body = to_text(describe(command_.name, command_.parameters, *reply_));
  }
  return response;
}

}  // namespace http::v1
