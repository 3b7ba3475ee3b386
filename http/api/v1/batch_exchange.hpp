#pragma once

#include "http/api/exchange.hpp"

#include <cstddef>
#include <vector>

namespace http::v1 {

/// The operations of a batch, all sent at once. Responds 200 with a result for each, in their
/// order, when the last of them is complete.
class batch_exchange final : public exchange {
public:
  /// `commands[i].position` must be i.
  explicit batch_exchange(std::vector<counter::full_command> commands);

  std::optional<counter::request> next_request() override;
  void take(counter::call completed) override;
  bool is_done() const noexcept override { return completed_ == calls_.size(); }
  http::response response() override;
  bool is_long() const noexcept override { return true; }

private:
  std::vector<counter::call> calls_;
  std::size_t sent_ = 0;       // calls whose request was returned
  std::size_t completed_ = 0;  // calls with a response
};

}  // namespace http::v1
