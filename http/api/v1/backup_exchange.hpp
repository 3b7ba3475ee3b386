#pragma once

#include "http/api/exchange.hpp"

#include <optional>
#include <string>

namespace http::v1 {

/// Makes a backup of all counters on disk while they are served. Responds 201 with its path.
class backup_exchange final : public exchange {
public:
  /// `name` satisfies counter::is_valid_backup_name(), and the store has backups.
  explicit backup_exchange(std::string name);

  std::optional<counter::request> next_request() override;
  void take(counter::call completed) override;
  bool is_done() const noexcept override { return backup_.has_value(); }
  http::response response() override;

private:
  std::optional<counter::backup_request> request_;  // nullopt once it is sent
  std::optional<counter::backup> backup_;
};

}  // namespace http::v1
