#pragma once

#include "counter/full_command.hpp"
#include "http/api/single_exchange.hpp"
#include "http/protocol/request.hpp"

#include <utility>

namespace http {

/// A command of a text endpoint with an Idempotency-Key, If-Match or If-None-Match. Responds with
/// the lines of text_reply, with the ETag of the counter. A read that is not modified gets 304 if
/// its method is GET or HEAD, otherwise 412 (RFC 9110 section 13.1.2).
class conditional_exchange final : public single_exchange {
public:
  conditional_exchange(counter::full_command command, http::method method)
      : single_exchange(std::move(command)),
        method_(method) {}

  http::response response() override;

private:
  const http::method method_;
};

}  // namespace http
