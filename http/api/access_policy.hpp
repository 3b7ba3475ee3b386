#pragma once

#include "http/api/browser_policy.hpp"
#include "rights/scope.hpp"

#include <optional>

namespace http {

/// What clients may do.
struct access_policy {
  rights::scope_set local = rights::scope_set::all();  ///< those on this machine
  /// Those on others, and those for whom a proxy on this machine says that it forwards. Nullopt:
  /// the former may do nothing, the latter what `local` says. `admin` has no effect.
  std::optional<rights::scope_set> remote{};
  bool is_read_only = false;  ///< nobody may change a counter
  browser_policy browsers{};
};

}  // namespace http
