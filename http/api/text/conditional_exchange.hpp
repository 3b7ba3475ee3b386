#pragma once

#include "counter/full_command.hpp"
#include "http/api/single_exchange.hpp"

namespace http {

/// A command of a text endpoint with an Idempotency-Key, If-Match or If-None-Match. Responds with
/// the lines of text_reply, with the ETag of the counter, and with 304 to a read that is not
/// modified.
class conditional_exchange final : public single_exchange {
public:
  using single_exchange::single_exchange;

  http::response response() override;
};

}  // namespace http
