#pragma once

#include "http/api/exchange.hpp"

namespace http::v1 {

/// One operation on one counter. Responds with a description of the counter, with 304 to a read
/// that is not modified, and with problem details to any other outcome.
class counter_exchange final : public exchange {
public:
  /// With `as_text` the body of a success is the bare value and a newline.
  counter_exchange(counter::full_command command, bool as_text);

  std::optional<counter::request> next_request() override;
  void take(counter::call completed) override;
  bool is_done() const noexcept override { return reply_.has_value(); }
  http::response response() override;

private:
  http::response success() const;

  counter::full_command command_;  // moved away between next_request() and take()
  std::optional<counter::full_reply> reply_;
  const bool as_text_;
  bool is_sent_ = false;
};

}  // namespace http::v1
