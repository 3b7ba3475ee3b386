#pragma once

#include "rights/public_names.hpp"
#include "rights/scope.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rights {

class token_set;

inline constexpr std::string_view any_origin = "*";

/// What the operator lets web pages do.
struct browser_policy {
  /// Names, in lower case, without port and last dot, that the server answers for beside localhost
  /// and addresses.
  std::vector<std::string> hosts{};
  /// The same, because the server listens there.
  std::vector<std::string> listen_names{};
  /// Check the Host of every request, not only of those from this machine.
  bool checks_every_host = false;
  /// Origins whose scripts may do everything: `https://app.example`; or only any_origin.
  std::vector<std::string> origins{};
  /// Pages of other sites may change and list counters, and make backups.
  bool allows_cross_site = false;
  bool hides_page = false;  ///< browsers get the text that others get, and no page

  bool is_open_to_all() const {
    return std::find(origins.begin(), origins.end(), any_origin) != origins.end();
  }
};

/// What clients may do. `local` and `remote` are for requests without a token.
struct access_policy {
  scope_set local = scope_set::all();  ///< those on this machine
  /// Those on others, and those for whom a proxy on this machine says that it forwards. Nullopt:
  /// the former may do nothing, the latter what `local` says. `admin` has no effect.
  std::optional<scope_set> remote{};
  bool is_read_only = false;  ///< nobody may change a counter
  browser_policy browsers{};
  public_names published{};
  /// Null: the server has no tokens, and ignores Authorization.
  std::shared_ptr<const token_set> tokens{};
};

}  // namespace rights
