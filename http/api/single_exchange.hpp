#pragma once

#include "http/api/exchange.hpp"

#include <optional>
#include <utility>
#include <variant>

namespace http {

/// An exchange of one call. The derived class makes the HTTP response of the call's response.
class single_exchange : public exchange {
public:
  explicit single_exchange(counter::request request) : call_(std::move(request)) {}

  std::optional<counter::request> next_request() final {
    if (std::exchange(is_sent_, true))
      return std::nullopt;
    return std::move(call_.request);
  }

  void take(counter::call completed) final {
    call_ = std::move(completed);
    is_done_ = true;
  }

  bool is_done() const noexcept final { return is_done_; }

protected:
  /// These have the types of the call's alternatives. Call them only when is_done().
  template <class Request>
  const Request& request() const {
    return std::get<Request>(call_.request);
  }
  template <class Response>
  const Response& reply() const {
    return std::get<Response>(call_.response);
  }

private:
  counter::call call_;  // its request is moved away between next_request() and take()
  bool is_sent_ = false;
  bool is_done_ = false;
};

}  // namespace http
