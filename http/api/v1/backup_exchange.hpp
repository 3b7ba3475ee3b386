#pragma once

#include "http/api/single_exchange.hpp"

#include <string>

namespace http::v1 {

/// Makes a backup of all counters on disk while they are served. Responds 201 with its path.
class backup_exchange final : public single_exchange {
public:
  /// `name` satisfies counter::is_valid_backup_name(), and the store has backups.
  explicit backup_exchange(std::string name)
      : single_exchange(counter::backup_request{std::move(name)}) {}

  http::response response() override;
  bool is_long() const noexcept override { return true; }
  bool is_ordered() const noexcept override { return true; }
};

}  // namespace http::v1
