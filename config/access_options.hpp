#pragma once

#include "rights/scope.hpp"

#include <optional>
#include <string>
#include <vector>

namespace config {

/// Who may do what.
struct access_options {
  /// What clients on other machines may do; nullopt: it is not said.
  std::optional<rights::scope_set> anonymous{};
  bool is_read_only = false;
  /// Names that the server answers for, in lower case, without port and last dot.
  std::vector<std::string> hosts{};
  bool checks_every_host = false;      ///< also of requests from other machines
  std::vector<std::string> origins{};  ///< `https://app.example`; or only `*`
  bool allows_browser_writes = false;
};

}  // namespace config
