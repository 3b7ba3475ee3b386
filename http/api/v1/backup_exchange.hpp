#pragma once

#include "http/api/v1/exchange.hpp"

#include <optional>
#include <string>

namespace http::v1 {

/// A copy of all counters on disk, made while they are served.
class backup_exchange final : public exchange {
public:
  /// `mailbox` makes backups, see store_traits; `name` is valid for one.
  backup_exchange(unsigned mailbox, std::string name);

  std::optional<counter::request> next_request() override;
  void take(counter::call answered) override;
  bool is_done() const noexcept override { return made_.has_value(); }
  http::response response() override;

private:
  std::optional<counter::backup_request> request_;  // until it is asked
  std::optional<counter::backup> made_;
};

}  // namespace http::v1
