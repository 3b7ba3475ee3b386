#pragma once

#include "http/api/v1/exchange.hpp"
#include "http/protocol/response_queue.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace http::v1 {

/// The exchanges of one connection that are not done. Takes a pointer's room while there
/// is none.
class pending_exchanges {
public:
  using slot_type = response_queue::slot;

  void add(slot_type slot, std::unique_ptr<exchange> exchange) {
    if (!entries_)
      entries_ = std::make_unique<std::vector<entry>>();
    entries_->push_back({slot, std::move(exchange)});
  }

  bool is_empty() const noexcept { return entries_ == nullptr; }

  struct addressed_request {
    slot_type slot;
    counter::request request;
  };

  /// The next of what any exchange has to ask the store; nullopt when none has.
  std::optional<addressed_request> next_request() {
    if (!entries_)
      return std::nullopt;
    for (auto& [slot, exchange] : *entries_)
      if (auto request = exchange->next_request())
        return addressed_request{slot, std::move(*request)};
    return std::nullopt;
  }

  /// Hands the response to a request of the exchange at `slot` to it. Returns what the
  /// exchange responds with when that makes it done.
  std::optional<http::response> take(slot_type slot, counter::call completed) {
    const auto found = std::find_if(entries_->begin(), entries_->end(),
                                    [&](const entry& entry) { return entry.slot == slot; });
    auto& exchange = *found->exchange;
    exchange.take(std::move(completed));
    if (!exchange.is_done())
      return std::nullopt;
    auto response = exchange.response();
    entries_->erase(found);
    if (entries_->empty())
      entries_.reset();
    return response;
  }

private:
  struct entry {
    slot_type slot;
    std::unique_ptr<v1::exchange> exchange;
  };

  std::unique_ptr<std::vector<entry>> entries_;
};

}  // namespace http::v1
