#include "http/api/text/conditional_exchange.hpp"

#include "http/api/text/text_reply.hpp"
#include "http/api/v1/entity_tag.hpp"

#include <string>
#include <utility>

namespace http {

response conditional_exchange::response() {
  const auto& command = request<counter::full_command>();
  const auto& full = reply<counter::full_reply>();
  const auto& after = full.after;
  std::string fields;
  if (full.is_replayed)
    fields += "Idempotency-Replayed: true\r\n";
  if (after)
    fields += v1::tag_field(after->version);
  auto outcome = full.outcome;
  if (outcome == counter::outcome::not_modified) {
    if (contains(method::get | method::head, method_))
      return {.status = status::not_modified, .fields = std::move(fields)};
    outcome = counter::outcome::precondition_failed;
  }
  const text_reply text{{command.parameters.operation, command.name, command.parameters.operand},
                        {outcome, after ? after->value : 0}};
  return {.status = text.response().status,
          .body = std::string{text.response().body.view()},
          .fields = std::move(fields),
          .reason = text.response().reason};
}

}  // namespace http
