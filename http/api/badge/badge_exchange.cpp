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

}  // namespace

badge_exchange::badge_exchange(counter::full_command command, badge::look look,
                               badge::format format, http::caching caching)
    : look_(std::move(look)),
      format_(format),
      caching_(caching),
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
  if (reply_->outcome == counter::outcome::ok && reply_->after) {
    const auto value = reply_->after->value;
    auto shown = show(look_.is_short ? short_number(value) : std::to_string(value), status::ok);
    shown.caching = caching_;
    return shown;
  }
  const auto failure = v1::code_of(reply_->outcome);
  auto shown = show(message_of(failure), v1::status_of(failure));
  shown.reason = v1::reason_of(failure);
  if (caching_ == caching::no_store_by_images)
    shown.caching = caching_;
  return shown;
}

response badge_exchange::show(std::string_view message, http::status status) const {
  const bool is_error = status != status::ok;
  auto look = look_;
  if (is_error)
    look.color = failure_color;
  switch (format_) {
    case format::svg:
      return {.status = status, .body = to_svg(look, message), .type = svg_type};
    case format::json:
      return {.status = status, .body = to_json(look, message, is_error), .type = json_type};
    case format::gif:
      break;
  }
  return {.status = status, .body = pixel(), .type = "image/gif"};
}

}  // namespace http::badge
