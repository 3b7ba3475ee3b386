#include "http/api/dispatcher.hpp"

#include "counter/limits.hpp"
#include "http/api/text/text_reply.hpp"

#include <utility>
#include <variant>

namespace http {

/// On the stack, not in each connection.
class dispatcher::gate final : public body_gate {
public:
  explicit gate(dispatcher& owner) noexcept : owner_(owner) {}

  bool takes_body(const request& request) override {
    return owner_.router_.takes_body(request, owner_.connection_);
  }

private:
  dispatcher& owner_;
};

std::optional<dispatcher::addressed_call> dispatcher::next_call() {
  std::optional<addressed_call> next;
  if (!exchanges_.is_empty())
    next = next_exchange_call();
  gate body_gate{*this};
  while (!next) {
    const auto* request = pipeline_.next_request(&body_gate);
    if (request == nullptr)
      break;
    handle(*request, next);
  }
  return next;
}

/// Sets `next` if the request needs the store.
void dispatcher::handle(const request& request, std::optional<addressed_call>& next) {
  const auto slot = pipeline_.slot();
  if (const auto* fields = router_.fields_for(request))
    pipeline_.add_fields(slot, *fields);
  auto result = router_.route(request, connection_);
  if (const auto* command = std::get_if<counter::command>(&result)) {
    next = addressed_call{slot, {*command, nullptr}};
  } else if (const auto* response = std::get_if<http::response>(&result)) {
    if (response->status == status::unauthorized)
      count_failure();
    pipeline_.complete(slot, *response);
  } else {
    auto& pending = std::get<std::unique_ptr<exchange>>(result);
    if (pending->is_long())
      pipeline_.hold_until_complete(slot);
    exchanges_.add(slot, std::move(pending));
    next = next_exchange_call();
  }
}

/// Ends the connection of a peer that tries tokens. It cannot find one, but it fills the log.
void dispatcher::count_failure() {
  if (++failures_ == counter::limits::authentication_failures_max)
    pipeline_.close_after_newest();
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
    const text_reply text{completion.command, completion.reply};
    pipeline_.complete(slot, text.response());
  } else if (const auto response = exchanges_.take(slot, std::move(*completion.call))) {
    pipeline_.complete(slot, *response);
  }
}

}  // namespace http
