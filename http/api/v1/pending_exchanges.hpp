#pragma once

#include "http/api/v1/exchange.hpp"
#include "http/protocol/response_queue.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace http::v1 {

/// The exchanges of one connection that are not done. An empty set has the size of one pointer,
/// as most connections have none.
class pending_exchanges {
public:
  using slot_type = response_queue::slot_type;

  void add(slot_type slot, std::unique_ptr<exchange> exchange) {
    if (!entries_)
      entries_ = std::make_unique<std::vector<pending>>();
    entries_->push_back({slot, std::move(exchange)});
  }

  bool is_empty() const noexcept { return entries_ == nullptr; }

  struct addressed_request {
    slot_type slot;
    counter::request request;
  };

  /// Returns the next request of any exchange to the store; nullopt if none has one now.
  std::optional<addressed_request> next_request() {
    if (!entries_)
      return std::nullopt;
    for (auto& [slot, exchange] : *entries_)
      if (auto request = exchange->next_request())
        return addressed_request{slot, std::move(*request)};
    return std::nullopt;
  }

  /// Passes a completed call to the exchange at `slot`, which must exist. If the exchange is then
  /// done, removes it and returns its response; otherwise returns nullopt.
  std::optional<http::response> take(slot_type slot, counter::call completed) {
    const auto position = std::find_if(entries_->begin(), entries_->end(),
                                       [&](const pending& entry) { return entry.slot == slot; });
    auto& exchange = *position->exchange;
    exchange.take(std::move(completed));
    if (!exchange.is_done())
      return std::nullopt;
    auto response = exchange.response();
    entries_->erase(position);
    if (entries_->empty())
      entries_.reset();
    return response;
  }

private:
  struct pending {
    slot_type slot;
    std::unique_ptr<v1::exchange> exchange;
  };

  std::unique_ptr<std::vector<pending>> entries_;
};

}  // namespace http::v1
