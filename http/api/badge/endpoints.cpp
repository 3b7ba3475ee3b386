#include "http/api/badge/endpoints.hpp"

#include "counter/name.hpp"
#include "http/api/badge/badge_exchange.hpp"
#include "http/api/badge/badge_reader.hpp"
#include "http/api/badge/visitor.hpp"
#include "http/protocol/percent.hpp"

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

action respond(const request_context& context, counter::full_command command, format format,
               caching caching) {
  if (!counter::is_valid_name(command.name))
    return response{status::bad_request,
                    "a name is 1 to 256 bytes of UTF-8 without control characters\n"};
  auto look = read_look(context.target, command.name);
  if (auto* refusal = std::get_if<response>(&look))
    return std::move(*refusal);
  return std::make_unique<badge_exchange>(std::move(command),
                                          std::get<badge::look>(std::move(look)), format, caching);
}

action show(const request_context& context, format format) {
  return respond(context, {.name = name_in(context)}, format,
                 context.is_public ? caching::one_minute : caching::no_store);
}

action hit(const request_context& context, format format) {
  counter::full_command command{
      .name = name_in(context),
      .parameters = {
          .operation = counter::operation::add, .operand = 1, .create = context.is_entitled}};
  const auto interval = context.published.hit_interval;
  if (interval.count() > 0) {
    command.idempotency_key = visitor_of(context.connection, context.request.fields, command.name,
                                         context.server.visitor_key);
    command.idempotency_ttl = std::chrono::ceil<std::chrono::seconds>(interval);
    // Who has counted is still shown the value.
    if (!context.is_entitled && !context.server.has_keys_for_strangers())
      command.if_unknown = counter::outcome::idempotency_store_full;
  }
  return respond(context, std::move(command), format, caching::no_store_by_images);
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
