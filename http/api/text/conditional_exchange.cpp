#include "http/api/text/conditional_exchange.hpp"

#include "http/api/text/text_reply.hpp"
#include "http/api/v1/entity_tag.hpp"

#include <string>
#include <utility>
#include <variant>

namespace http {

conditional_exchange::conditional_exchange(counter::full_command command)
    : command_(std::move(command)) {}

std::optional<counter::request> conditional_exchange::next_request() {
  if (std::exchange(is_sent_, true))
    return std::nullopt;
  return std::move(command_);
}

void conditional_exchange::take(counter::call completed) {
  command_ = std::get<counter::full_command>(std::move(completed.request));
  reply_ = std::get<counter::full_reply>(completed.response);
}

response conditional_exchange::response() {
  const auto& parameters = command_.parameters;
  const auto& after = reply_->after;
  std::string fields;
  if (reply_->is_replayed)
    fields += "Idempotency-Replayed: true\r\n";
  if (after)
    fields += "ETag: " + v1::tag_of(after->version) + "\r\n";
  if (reply_->outcome == counter::outcome::not_modified)
    return {.status = status::not_modified, .fields = std::move(fields)};
  const text_reply text{{parameters.operation, command_.name, parameters.operand},
                        {reply_->outcome, after ? after->value : 0}};
  return {.status = text.response().status,
          .body = std::string{text.response().body.view()},
          .fields = std::move(fields)};
}

}  // namespace http
