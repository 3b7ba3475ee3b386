#pragma once

#include "http/api/v1/exchange.hpp"

#include <cstddef>
#include <vector>

namespace http::v1 {

/// Many operations, all under way at once, answered when the last of them is.
class batch_exchange final : public exchange {
public:
  /// The position of each is its place in the list.
  explicit batch_exchange(std::vector<counter::full_command> commands);

  std::optional<counter::request> next_request() override;
  void take(counter::call answered) override;
  bool is_done() const noexcept override { return answers_ == calls_.size(); }
  http::response response() override;
  bool is_long() const noexcept override { return true; }

private:
  std::vector<counter::call> calls_;
  std::size_t asked_ = 0;
  std::size_t answers_ = 0;
};

}  // namespace http::v1
