#pragma once

#include "config/flag_set.hpp"
#include "counter/limits.hpp"
#include "rights/access_policy.hpp"
#include "rights/public_names.hpp"

#include <string>

namespace config {

/// Adds the flags that publish counters, which set `names`, to `flags`. Borrows both.
void add_public_flags(flag_set& flags, rights::public_names& names);

/// Returns a message if a server with these limits cannot remember the hits of strangers for as
/// long as `names` says; otherwise "".
std::string objection_to_hits(const rights::public_names& names, const counter::limits& limits);

/// Returns a line for the log if `policy` publishes counters, but lets strangers behind a proxy on
/// this machine do more than that; otherwise "".
std::string warning_of_proxies(const rights::access_policy& policy);

}  // namespace config
