#pragma once

#include <string>
#include <vector>

namespace http {

/// What the operator lets web pages do.
struct browser_policy {
  /// Names, in lower case and without a port, that the server answers for beside localhost and
  /// addresses.
  std::vector<std::string> hosts{};
  /// Check the Host of every request, not only of those from this machine.
  bool checks_every_host = false;
  /// Origins whose pages may do everything: `https://app.example`; or only `*`, for all of them.
  std::vector<std::string> origins{};
  /// Pages of other sites may change counters and list them.
  bool allows_cross_site = false;
};

}  // namespace http
