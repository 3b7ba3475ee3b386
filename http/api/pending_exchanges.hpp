#pragma once

#include "http/api/exchange.hpp"
#include "http/protocol/response_queue.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
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

  /// `path` is the index of the request's path, see path_routes.
  void add(slot_type slot, std::size_t path, std::unique_ptr<exchange> added) {
    if (!pending_)
      pending_ = std::make_unique<pending_type>();
    pending_->entries.push_back({slot, path, std::move(added)});
  }

  bool is_empty() const noexcept { return pending_ == nullptr; }

  struct addressed_request {
    slot_type slot;
    counter::request request;
  };

  /// Returns the next request of any exchange to the store; nullopt if none has one now. All
  /// requests of the connection before `oldest` are complete.
  std::optional<addressed_request> next_request(slot_type oldest) {
    if (!pending_)
      return std::nullopt;
    auto& [entries, first] = *pending_;
    for (; first < entries.size(); ++first) {
      auto& [slot, path, exchange] = entries[first];
      if (exchange->is_ordered() && slot != oldest)
        return std::nullopt;
      if (auto request = exchange->next_request())
        return addressed_request{slot, std::move(*request)};
    }
    return std::nullopt;
  }

  struct finished {
    http::response response;
    std::size_t path;  ///< as it was given to add()
  };

  /// Passes a completed call to the exchange at `slot`, which must exist. If the exchange is then
  /// done, removes it, calls `report` as exchange::report_failures() does, and returns its
  /// response; otherwise returns nullopt.
  std::optional<finished> take(slot_type slot, counter::call completed,
                               const std::function<void(std::uint8_t reason)>& report) {
    auto& [entries, first] = *pending_;
    const auto entry = std::find_if(entries.begin(), entries.end(),
                                    [&](const entry_type& other) { return other.slot == slot; });
    const auto position = static_cast<std::size_t>(entry - entries.begin());
    auto& exchange = *entry->exchange;
    exchange.take(std::move(completed));
    if (!exchange.is_done()) {
      first = std::min(first, position);
      return std::nullopt;
    }
    exchange.report_failures(report);
    finished result{exchange.response(), entry->path};
    if (position < first)
      --first;
    entries.erase(entry);
    if (entries.empty())
      pending_.reset();
    return result;
  }

private:
  struct entry_type {
    slot_type slot;
    std::size_t path;
    std::unique_ptr<http::exchange> exchange;
  };

  struct pending_type {
    std::vector<entry_type> entries;
    // The first one that may have a request. Those before it have none until they take a call, so
    // that a deep pipeline does not ask each of them again for each request.
    std::size_t first = 0;
  };

  std::unique_ptr<pending_type> pending_;
};

}  // namespace http
