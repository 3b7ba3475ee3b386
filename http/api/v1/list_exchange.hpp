#pragma once

#include "http/api/exchange.hpp"
#include "http/api/v1/list_reader.hpp"

#include <optional>

namespace http::v1 {

/// One page of the list of all counters in byte order of their names.
class list_exchange final : public exchange {
public:
  explicit list_exchange(list_parameters list);

  std::optional<counter::request> next_request() override;
  void take(counter::call completed) override;
  bool is_done() const noexcept override { return page_.has_value(); }
  http::response response() override;
  bool is_long() const noexcept override { return true; }

private:
  list_parameters list_;
  bool is_sent_ = false;
  std::optional<counter::page> page_;
};

}  // namespace http::v1
