#pragma once

#include "config/flag_set.hpp"
#include "counter/limits.hpp"
#include "rights/public_names.hpp"

#include <string>

namespace config {

/// The flags that publish counters.
class public_flags {
public:
  /// Adds the flags to `flags`, which must not be used after this object is destroyed. Borrows
  /// both.
  public_flags(flag_set& flags, rights::public_names& names);
  public_flags(const public_flags&) = delete;
  public_flags& operator=(const public_flags&) = delete;

  /// Returns objection_to_hits(). Hits of clients who may count anyway are remembered for as long
  /// as possible. Call it when all flags are set.
  std::string finish(const counter::limits& limits);

private:
  rights::public_names& names_;
};

/// Returns a message if a server with these limits cannot remember the hits of strangers for as
/// long as `names` says; otherwise "".
std::string objection_to_hits(const rights::public_names& names, const counter::limits& limits);

}  // namespace config
