#pragma once

#include "http/api/v1/exchange.hpp"

namespace http::v1 {

/// One operation on one counter.
class counter_exchange final : public exchange {
public:
  /// With `as_text` a success is the bare value.
  counter_exchange(counter::full_command command, bool as_text);

  std::optional<counter::request> next_request() override;
  void take(counter::call answered) override;
  bool is_done() const noexcept override { return reply_.has_value(); }
  http::response response() override;

private:
  http::response success() const;

  counter::full_command command_;  // on its way between the question and the answer
  std::optional<counter::full_reply> reply_;
  const bool as_text_;
  bool is_asked_ = false;
};

}  // namespace http::v1
