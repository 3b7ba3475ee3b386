#include "http/api/dispatcher.hpp"

#include "counter/limits.hpp"
#include "http/api/text/text_reply.hpp"
#include "http/api/v1/event_text.hpp"
#include "http/api/v1/problem.hpp"

#include <utility>
#include <variant>

namespace http {

namespace {

/// Returns the path whose requests become short commands with this operation.
std::size_t path_of(const counter::command& command) noexcept {
  using counter::operation;
  static_assert(operation::get == operation{0} && operation::set == operation{1} &&
                operation::add == operation{2});
  constexpr std::size_t paths[] = {read_path, set_path, increment_path};
  return paths[static_cast<std::size_t>(command.operation)];
}

}  // namespace

std::optional<dispatcher::addressed_call> dispatcher::next_call() {
  std::optional<addressed_call> next;
  if (stream_) {
    stream_->write();
    return next;
  }
  if (!exchanges_.is_empty())
    next = next_exchange_call();
  while (!next) {
    const auto* request = pipeline_.next_request();
    if (request != nullptr)
      handle(*request, next);
    else if (pipeline_.is_undecided())
      decide_on_body();
    else
      break;
  }
  return next;
}

/// Refuses the request whose header is complete, if it is refused whatever its body is.
void dispatcher::decide_on_body() {
  const auto& request = pipeline_.undecided();
  const auto refusal = router_.refuse(request, connection_);
  if (!refusal)
    return pipeline_.accept_body();
  pipeline_.refuse_body();
  if (const auto* fields = router_.fields_for(request))
    pipeline_.add_fields(pipeline_.slot(), *fields);
  respond_at_once(*refusal);
}

/// Responds to the newest request. Ends the connection of a peer that tries tokens: it cannot find
/// one, but it fills the log.
void dispatcher::respond_at_once(const response& response) {
  if (response.status == status::unauthorized) {
    router_.report_failure();
    if (++failures_ == counter::limits::authentication_failures_max)
      pipeline_.close_after_newest();
  }
  respond(pipeline_.slot(), router_.path(), response);
}

/// Sets `next` if the request needs the store.
void dispatcher::handle(const request& request, std::optional<addressed_call>& next) {
  const auto slot = pipeline_.slot();
  auto result = router_.route(request, connection_);
  const auto* response = std::get_if<http::response>(&result);
  const bool has_content_policy = response != nullptr && response->has_content_policy;
  if (const auto* fields = router_.fields_for(request, has_content_policy))
    pipeline_.add_fields(slot, *fields);
  if (const auto* command = std::get_if<counter::command>(&result)) {
    next = addressed_call{slot, {*command, nullptr}};
  } else if (response != nullptr) {
    respond_at_once(*response);
  } else if (auto* stream = std::get_if<v1::stream_parameters>(&result)) {
    begin_stream(slot, *stream, request.method == method::head);
  } else {
    auto& pending = std::get<std::unique_ptr<exchange>>(result);
    if (pending->is_long())
      pipeline_.hold_until_complete(slot);
    exchanges_.add(slot, router_.path(), std::move(pending));
    next = next_exchange_call();
  }
}

// -- an event stream --------------------------------------------------------------

void dispatcher::begin_stream(response_queue::slot_type slot,
                              const v1::stream_parameters& parameters, bool is_head) {
  response head{.type = v1::event_stream_type,
                .fields = v1::event_stream_fields,
                .caching = caching::no_store_transform};
  std::unique_ptr<live::stream> made;
  if (streams_ != nullptr)
    made = streams_->make(parameters, {pipeline_, slot, *writer_});
  if (!made) {
    metrics_.refused_streams.add();
    const auto pause =
        streams_ != nullptr ? streams_->busy_pause() : counter::limits::stream_busy_min;
    if (!parameters.accepts_events) {
      auto refusal = v1::to_response({v1::code::overloaded, "there are too many streams"});
      refusal.try_again_after(std::chrono::ceil<std::chrono::seconds>(pause));
      return respond_at_once(refusal);
    }
    pipeline_.close_after_newest();
    head.body = v1::retry_event(pause) + std::string{v1::busy_event};
    return respond_at_once(head);
  }
  pipeline_.close_after_newest();
  pipeline_.hold_until_complete(slot);
  metrics_.count(router_.path(), head);
  pipeline_.begin(slot, head);
  if (is_head)
    return pipeline_.end(slot);
  expires_at_ = parameters.expires_at;
  stream_ = std::move(made);
  stream_->begin();
}

void dispatcher::ping_stream() {
  if (stream_)
    stream_->ping();
}

void dispatcher::end_void_stream(counter::time_point now) {
  if (expires_at_ && *expires_at_ <= now)
    end_stream();
}

void dispatcher::end_stream() {
  if (!stream_)
    return;
  stream_->end();
  stream_.reset();
}

std::optional<dispatcher::addressed_call> dispatcher::next_exchange_call() {
  auto next = exchanges_.next_request(pipeline_.oldest_slot());
  if (!next)
    return std::nullopt;
  return addressed_call{next->slot,
                        {{}, std::make_unique<counter::request>(std::move(next->request))}};
}

void dispatcher::complete(response_queue::slot_type slot, const counter::completion& completion) {
  if (completion.call == nullptr) {
    text_reply text{completion.command, completion.reply};
    text.try_again_after(completion.retry_after);
    respond(slot, path_of(completion.command), text.response());
  } else if (auto finished =
                 exchanges_.take(slot, std::move(*completion.call),
                                 [this](std::uint8_t reason) { metrics_.count_failure(reason); })) {
    finished->response.try_again_after(completion.retry_after);
    respond(slot, finished->path, finished->response);
  }
}

void dispatcher::respond(response_queue::slot_type slot, std::size_t path,
                         const response& response) {
  metrics_.count(path, response);
  pipeline_.complete(slot, response);
}

}  // namespace http
