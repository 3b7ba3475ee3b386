#include "http/protocol/pipeline.hpp"

#include "http/api/router.hpp"
#include "http/api/text/text_reply.hpp"

#include <cassert>
#include <variant>

namespace http {

namespace {

constexpr refusal incomplete{status::bad_request, "the request ended too early\n"};
constexpr refusal too_slow{status::request_timeout, "the request took too long\n"};

}  // namespace

// -- input --------------------------------------------------------------------

void pipeline::feed(std::string_view bytes) {
  assert(fed_.empty());
  if (rest_.empty())
    fed_ = bytes;
  else
    rest_ += bytes;
}

std::optional<pipeline::addressed_command> pipeline::take_command() {
  if (!pending_.is_empty())
    if (auto request = next_request())
      return request;
  while (can_parse()) {
    if (!parser_.has_begun()) {
      if (unparsed().empty() && !input_ended_)
        return std::nullopt;
      ++requests_;
    }
    const auto used = parser_.parse(unparsed());
    if (rest_.empty())
      fed_.remove_prefix(used);
    else
      rest_begin_ += used;
    switch (parser_.state()) {
      case parse_state::need_more:
        pause_for_body();
        return std::nullopt;
      case parse_state::bad:
        refuse(parser_.why());
        return std::nullopt;
      case parse_state::complete:
        if (auto command = answer_request())
          return command;
    }
  }
  return std::nullopt;
}

void pipeline::keep_rest() {
  if (is_closing_) {
    should_linger_ |= !unparsed().empty();
    fed_ = {};
    rest_.clear();
    rest_begin_ = 0;
    return;
  }
  rest_.erase(0, rest_begin_);
  rest_begin_ = 0;
  rest_ += fed_;
  fed_ = {};
}

bool pipeline::wants_input() const noexcept {
  return !input_ended_ && can_parse() && unparsed().size() < counter::limits::read_bytes_max;
}

// -- output -------------------------------------------------------------------

void pipeline::complete(response_queue::slot slot, const counter::command& command,
                        const counter::reply& reply) {
  const text_reply text{command, reply};
  responses_.complete(slot, text.response(), date_.text());
}

void pipeline::complete(response_queue::slot slot, counter::call answered) {
  if (const auto message = pending_.take(slot, std::move(answered)))
    responses_.complete(slot, message->view(), date_.text());
}

// -- the connection -----------------------------------------------------------

pipeline::awaited pipeline::awaits() const noexcept {
  if (is_closing_)
    return responses_.empty() ? awaited::nothing : awaited::reply;
  if (parser_.is_in_body())
    return awaited::body;
  if (parser_.has_begun())
    return awaited::header;
  return responses_.empty() ? awaited::request : awaited::reply;
}

void pipeline::time_out() {
  refuse(too_slow);
}

void pipeline::refuse(const refusal& why) {
  if (is_closing_)
    return;
  is_closing_ = should_linger_ = true;
  const bool is_head = parser_.request().method == method::head;
  const auto slot = responses_.open({.http_11 = true, .keep_alive = false, .is_head = is_head});
  const bool is_method = why.status == status::method_not_allowed;
  responses_.complete(slot,
                      {.status = why.status, .body = why.line, .allow = is_method ? any_allow : ""},
                      date_.text());
  // Nothing is done with what there is of a request.
  parser_.restart();
}

void pipeline::drain() noexcept {
  is_draining_ = true;
  const bool is_between_requests = !parser_.has_begun() && unparsed().empty();
  if (is_between_requests && responses_.close_after_newest())
    is_closing_ = should_linger_ = true;
}

void pipeline::shrink(std::size_t kept_bytes) {
  if (awaits() != awaited::request || !output().empty())
    return;
  responses_.shrink(kept_bytes);
  target_.shrink(kept_bytes);
  parser_.shrink(kept_bytes);
  if (rest_.empty() && rest_.capacity() > kept_bytes)
    std::string{}.swap(rest_);
}

std::string_view pipeline::unparsed() const noexcept {
  return rest_.empty() ? fed_ : std::string_view{rest_}.substr(rest_begin_);
}

bool pipeline::can_parse() const noexcept {
  return !is_closing_ && responses_.size() < limits_.pipelined_max &&
         responses_.bytes() < counter::limits::output_bytes_max && !pending_.has_long();
}

/// The request is whole: an answer straight away, or a command.
std::optional<pipeline::addressed_command> pipeline::answer_request() {
  const auto& request = parser_.request();
  const bool is_last_one = is_last(request);
  const auto slot = responses_.open({.http_11 = request.http_11,
                                     .keep_alive = !is_last_one,
                                     .is_head = request.method == method::head});
  auto answer = route(request, target_, server_info_, peer_);
  // What the answer borrows from the request outlives the parser's restart.
  parser_.restart();
  if (is_last_one) {
    is_closing_ = true;
    should_linger_ |= is_draining_ || !unparsed().empty();
  }
  if (const auto* command = std::get_if<counter::command>(&answer))
    return addressed_command{slot, *command};
  if (const auto* response = std::get_if<http::response>(&answer)) {
    responses_.complete(slot, *response, date_.text());
    return std::nullopt;
  }
  if (const auto* message = std::get_if<http::message>(&answer)) {
    responses_.complete(slot, message->view(), date_.text());
    return std::nullopt;
  }
  pending_.add(slot, std::get<std::unique_ptr<v1::exchange>>(std::move(answer)));
  return next_request();
}

std::optional<pipeline::addressed_command> pipeline::next_request() {
  auto next = pending_.next_request();
  if (!next)
    return std::nullopt;
  return addressed_command{
      next->where, {}, std::make_unique<counter::request>(std::move(next->request))};
}

/// All bytes are used up within a request, or there is none.
void pipeline::pause_for_body() {
  if (input_ended_) {
    if (parser_.has_begun())
      refuse(incomplete);
    is_closing_ = true;
  } else if (parser_.awaits_continue() && responses_.empty()) {
    responses_.append("HTTP/1.1 100 Continue\r\n\r\n");
    parser_.confirm_continue();
  }
}

bool pipeline::is_last(const request& request) const noexcept {
  if (!request.keep_alive)
    return true;
  // While draining, what was pipelined behind it is still answered.
  return is_draining_ && unparsed().empty();
}

}  // namespace http
