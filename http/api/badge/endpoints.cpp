#include "http/api/badge/endpoints.hpp"

#include "counter/name.hpp"
#include "http/api/badge/badge_exchange.hpp"
#include "http/api/badge/badge_reader.hpp"
#include "http/api/badge/visitor.hpp"
#include "http/protocol/percent.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace http::badge {

namespace {

std::string name_in(const request_context& context) {
  std::string buffer;
  return std::string{decode(context.raw_name, /*plus_is_space=*/false, buffer)};
}

/// Returns the look of the badge, or the response to a request for one that there cannot be.
std::variant<look, response> look_in(const request_context& context, const std::string& name) {
  if (!counter::is_valid_name(name))
    return response{status::bad_request,
                    "a name is 1 to 256 bytes of UTF-8 without control characters\n"};
  return read_look(context.target, name);
}

action show(const request_context& context, format format) {
  counter::full_command command{.name = name_in(context)};
  auto look = look_in(context, command.name);
  if (auto* refusal = std::get_if<response>(&look))
    return std::move(*refusal);
  return std::make_unique<badge_exchange>(
      std::move(command), style{std::get<badge::look>(std::move(look)), format,
                                context.is_public ? caching::one_minute : caching::no_store});
}

action hit(const request_context& context, format format) {
  counter::full_command command{
      .name = name_in(context),
      .parameters = {
          .operation = counter::operation::add, .operand = 1, .create = context.is_entitled}};
  auto look = look_in(context, command.name);
  if (auto* refusal = std::get_if<response>(&look))
    return std::move(*refusal);
  style style{std::get<badge::look>(std::move(look)), format, caching::no_store_by_images};
  const auto interval = std::min(context.published.hit_interval, context.server.longest_key_life());
  if (interval.count() > 0) {
    if (!context.is_entitled && !context.server.has_keys_for_strangers())
      return show_failure(style, v1::code::idempotency_store_full);
    command.idempotency_key = visitor_of(context.connection, context.request.fields, command.name,
                                         context.server.visitor_key);
    command.idempotency_ttl = std::chrono::ceil<std::chrono::seconds>(interval);
  }
  return std::make_unique<badge_exchange>(std::move(command), std::move(style));
}

}  // namespace

action show_image(const request_context& context) {
  return show(context, format::svg);
}

action show_object(const request_context& context) {
  return show(context, format::json);
}

action hit_image(const request_context& context) {
  return hit(context, format::svg);
}

action hit_object(const request_context& context) {
  return hit(context, format::json);
}

action hit_pixel(const request_context& context) {
  return hit(context, format::gif);
}

}  // namespace http::badge
