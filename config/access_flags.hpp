#pragma once

#include "config/flag_set.hpp"
#include "config/listen_address.hpp"
#include "rights/access_policy.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace config {

/// The flags that say who may do what.
class access_flags {
public:
  /// Adds the flags to `flags`, which must not be used after this object is destroyed. Borrows
  /// both.
  access_flags(flag_set& flags, rights::access_policy& policy);
  access_flags(const access_flags&) = delete;
  access_flags& operator=(const access_flags&) = delete;

  /// Completes the policy when all flags are set: the names in `listen` are hosts, too, and with a
  /// token file clients on this machine have no rights unless --anonymous-local says so. Without
  /// --tokens, $CREDENTIALS_DIRECTORY/tokens is the token file, if it exists. The tokens are still
  /// to be read. Returns a message if flags contradict each other, otherwise "".
  std::string finish(const std::vector<listen_address>& listen);

  /// Returns the value of --tokens; empty: there is none.
  const std::string& tokens_file() const noexcept { return tokens_file_; }

private:
  void find_credential();
  std::string set_local(const std::string& text);
  std::string set_anonymous(const std::string& text);
  std::string append_host(std::string_view text);
  std::string append_origin(std::string_view text);

  flag_set& flags_;
  rights::access_policy& policy_;
  std::string tokens_file_;
};

}  // namespace config
