#pragma once

#include "counter/full_command.hpp"
#include "http/api/exchange.hpp"

#include <optional>

namespace http {

/// A command of a text endpoint with an Idempotency-Key, If-Match or If-None-Match. Responds with
/// the lines of text_reply, with the ETag of the counter, and with 304 to a read that is not
/// modified.
class conditional_exchange final : public exchange {
public:
  explicit conditional_exchange(counter::full_command command);

  std::optional<counter::request> next_request() override;
  void take(counter::call completed) override;
  bool is_done() const noexcept override { return reply_.has_value(); }
  http::response response() override;

private:
  counter::full_command command_;  // moved away between next_request() and take()
  std::optional<counter::full_reply> reply_;
  bool is_sent_ = false;
};

}  // namespace http
