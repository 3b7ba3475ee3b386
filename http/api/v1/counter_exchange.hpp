#pragma once

#include "http/api/single_exchange.hpp"

namespace http::v1 {

/// One operation on one counter. Responds with a description of the counter, with 304 to a read
/// that is not modified, and with problem details to any other outcome.
class counter_exchange final : public single_exchange {
public:
  /// With `as_text` the body of a success is the bare value and a newline.
  counter_exchange(counter::full_command command, bool as_text)
      : single_exchange(std::move(command)),
        as_text_(as_text) {}

  http::response response() override;

private:
  http::response success() const;

  const bool as_text_;
};

}  // namespace http::v1
