#pragma once

#include "config/access_options.hpp"
#include "config/flag_set.hpp"
#include "config/listen_address.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace config {

/// The flags that say who may do what.
class access_flags {
public:
  /// Adds the flags to `flags`, which must not be used after this object is destroyed. Borrows
  /// both.
  access_flags(flag_set& flags, access_options& options);
  access_flags(const access_flags&) = delete;
  access_flags& operator=(const access_flags&) = delete;

  /// Completes the options when all flags are set: the names in `listen` are hosts, too. Returns a
  /// message if flags contradict each other, otherwise "".
  std::string finish(const std::vector<listen_address>& listen);

private:
  std::string set_anonymous(const std::string& text);
  std::string append_host(std::string_view text);
  std::string append_origin(std::string_view text);

  flag_set& flags_;
  access_options& options_;
};

}  // namespace config
