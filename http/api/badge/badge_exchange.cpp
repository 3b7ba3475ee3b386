#include "http/api/badge/badge_exchange.hpp"

#include "http/api/badge/short_number.hpp"
#include "http/api/v1/code.hpp"

#include <string>
#include <utility>
#include <variant>

namespace http::badge {

namespace {

constexpr color failure_color{0xc6, 0x28, 0x28};

/// In the few words that a badge has room for.
std::string_view message_of(v1::code failure) noexcept {
  switch (failure) {
    case v1::code::not_found:
      return "not found";
    case v1::code::overflow:
      return "overflow";
    default:
      return "not available";
  }
}

/// A hit has one of two forms, of which one creates the counter. A client that has both rights now,
/// and only one of them then, has the same key.
bool has_counted_already(const counter::full_reply& reply) noexcept {
  return (reply.outcome == counter::outcome::ok && reply.is_replayed) ||
         reply.outcome == counter::outcome::key_mismatch;
}

response show(const style& style, std::string_view message, http::status status) {
  switch (style.format) {
    case format::svg:
      return {.status = status, .body = to_svg(style.look, message), .type = svg_type};
    case format::json:
      return {.status = status,
              .body = to_json(style.look, message, status != status::ok),
              .type = json_type};
    case format::gif:
      break;
  }
  return {.status = status, .body = pixel(), .type = "image/gif"};
}

}  // namespace

response show_failure(const style& style, v1::code failure) {
  auto red = style;
  red.look.color = failure_color;
  auto shown = show(red, message_of(failure), v1::status_of(failure));
  shown.reason = v1::reason_of(failure);
  return shown;
}

badge_exchange::badge_exchange(counter::full_command command, badge::style style)
    : style_(std::move(style)),
      next_(std::move(command)) {}

std::optional<counter::request> badge_exchange::next_request() {
  if (!next_)
    return std::nullopt;
  counter::request request{*std::move(next_)};
  next_.reset();
  return request;
}

void badge_exchange::take(counter::call completed) {
  const auto& reply = std::get<counter::full_reply>(completed.response);
  if (has_counted_already(reply))
    next_.emplace().name = std::get<counter::full_command>(std::move(completed.request)).name;
  else
    reply_ = reply;
}

response badge_exchange::response() {
  if (reply_->outcome != counter::outcome::ok || !reply_->after)
    return show_failure(style_, v1::code_of(reply_->outcome));
  const auto value = reply_->after->value;
  auto shown =
      show(style_, style_.look.is_short ? short_number(value) : std::to_string(value), status::ok);
  shown.caching = style_.caching;
  return shown;
}

}  // namespace http::badge
