#pragma once

#include "http/api/single_exchange.hpp"
#include "http/api/v1/list_reader.hpp"

namespace http::v1 {

/// One page of the list of all counters in byte order of their names.
class list_exchange final : public single_exchange {
public:
  explicit list_exchange(list_parameters list)
      : single_exchange(
            counter::page_request{std::move(list.prefix), std::move(list.after), list.limit}) {}

  http::response response() override;
  bool is_long() const noexcept override { return true; }
  bool is_ordered() const noexcept override { return true; }
};

}  // namespace http::v1
