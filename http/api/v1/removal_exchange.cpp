#include "http/api/v1/removal_exchange.hpp"

#include "http/api/v1/json_writer.hpp"
#include "http/api/v1/problem.hpp"

#include <utility>
#include <variant>

namespace http::v1 {

removal_exchange::removal_exchange(list_parameters list) : list_(std::move(list)) {}

std::optional<counter::request> removal_exchange::next_request() {
  if (phase_ == phase::listing && !std::exchange(is_sent_, true))
    return counter::page_request{list_.prefix, {}, list_.limit};
  if (phase_ != phase::listed)
    return std::nullopt;
  phase_ = phase::deleting;
  return std::move(commands_);
}

void removal_exchange::take(counter::call completed) {
  if (phase_ == phase::listing)
    take_page(std::get<counter::page>(completed.response));
  else
    take_replies(std::get<counter::reply_list>(completed.response));
}

void removal_exchange::take_page(const counter::page& page) {
  refusal_ = page.outcome;
  has_more_ = !page.is_last;
  for (const auto& counter : page.counters) {
    counter::full_command command;
    command.name = counter.name;
    command.parameters.operation = counter::operation::remove;
    commands_.push_back(std::move(command));
  }
  const bool has_work = refusal_ == counter::outcome::ok && !commands_.empty();
  phase_ = has_work ? phase::listed : phase::done;
}

void removal_exchange::take_replies(const counter::reply_list& replies) {
  for (const auto& reply : replies) {
    if (reply.outcome == counter::outcome::ok) {
      ++deleted_;
    } else if (reply.outcome != counter::outcome::not_found) {  // somebody else has deleted it
      const bool is_worst = reply.outcome == counter::outcome::outcome_unknown;
      refusal_ = refusal_ == counter::outcome::ok || is_worst ? reply.outcome : refusal_;
      has_more_ = true;
    }
  }
  phase_ = phase::done;
}

http::response removal_exchange::response() {
  const bool is_certain = refusal_ != counter::outcome::outcome_unknown;
  if (refusal_ != counter::outcome::ok && (deleted_ == 0 || !is_certain))
    return refusal_of({refusal_});
  return {.body = json_object([this](json_writer& writer) {
            writer.member("deleted", deleted_);
            writer.member("has_more", has_more_);
          }),
          .type = json_type};
}

}  // namespace http::v1
