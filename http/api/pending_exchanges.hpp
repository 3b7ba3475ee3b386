#pragma once

#include "http/api/exchange.hpp"
#include "http/protocol/response_queue.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace http {

/// The exchanges of one connection that are not done. An empty set has the size of one pointer,
/// because most connections have none.
class pending_exchanges {
public:
  using slot_type = response_queue::slot_type;

  void add(slot_type slot, std::unique_ptr<exchange> added) {
    if (!entries_)
      entries_ = std::make_unique<std::vector<entry_type>>();
    entries_->push_back({slot, std::move(added)});
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
    for (auto& entry : *entries_)
      if (auto request = entry.exchange->next_request())
        return addressed_request{entry.slot, std::move(*request)};
    return std::nullopt;
  }

  /// Passes a completed call to the exchange at `slot`, which must exist. If the exchange is then
  /// done, removes it and returns its response; otherwise returns nullopt.
  std::optional<http::response> take(slot_type slot, counter::call completed) {
    const auto position = std::find_if(entries_->begin(), entries_->end(),
                                       [&](const entry_type& entry) { return entry.slot == slot; });
    auto& pending = *position->exchange;
    pending.take(std::move(completed));
    if (!pending.is_done())
      return std::nullopt;
    auto response = pending.response();
    entries_->erase(position);
    if (entries_->empty())
      entries_.reset();
    return response;
  }

private:
  struct entry_type {
    slot_type slot;
    std::unique_ptr<http::exchange> exchange;
  };

  std::unique_ptr<std::vector<entry_type>> entries_;
};

}  // namespace http
