#pragma once

#include "http/api/v1/exchange.hpp"
#include "http/protocol/response_queue.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace http::v1 {

/// The exchanges of one connection. Takes next to no room while there is none.
class pending_exchanges {
public:
  using slot = response_queue::slot;

  void add(slot where, std::unique_ptr<exchange> what) {
    if (!all_)
      all_ = std::make_unique<std::vector<entry>>();
    all_->push_back({where, std::move(what)});
  }

  bool is_empty() const noexcept { return all_ == nullptr; }

  struct addressed_request {
    slot where;
    counter::request request;
  };

  std::optional<addressed_request> next_request() {
    if (!all_)
      return std::nullopt;
    for (auto& [where, what] : *all_)
      if (auto request = what->next_request())
        return addressed_request{where, std::move(*request)};
    return std::nullopt;
  }

  /// Hands on the answer to a question of the exchange at `where`. Returns what
  /// the exchange comes to when it is done.
  std::optional<message> take(slot where, counter::call answered) {
    const auto found = std::find_if(all_->begin(), all_->end(),
                                    [&](const entry& one) { return one.where == where; });
    auto& what = *found->what;
    what.take(std::move(answered));
    if (!what.is_done())
      return std::nullopt;
    auto said = what.response();
    all_->erase(found);
    if (all_->empty())
      all_.reset();
    return said;
  }

  bool has_long() const noexcept {
    return all_ && std::any_of(all_->begin(), all_->end(),
                               [](const entry& one) { return one.what->is_long(); });
  }

private:
  struct entry {
    slot where;
    std::unique_ptr<exchange> what;
  };

  std::unique_ptr<std::vector<entry>> all_;
};

}  // namespace http::v1
