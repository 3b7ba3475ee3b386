#pragma once

#include "counterctl/verbs/import_source.hpp"

#include <chrono>
#include <string>

namespace counterctl {

/// Reads the counters of a Redis, or of what speaks its protocol, into the spool: the strings that
/// are 64-bit integers and whose keys match a pattern of SCAN (empty: all), sorted by name, with
/// their expiry. `url` is `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]`; without a password
/// there, that of the variable REDISCLI_AUTH is used. All of them are in memory meanwhile, about
/// 100 bytes each: SCAN returns some twice. Changes nothing in Redis. Throws failure.
void read_redis(const std::string& url, const std::string& pattern,
                std::chrono::milliseconds timeout, import_spool& spool, input_problems& problems);

}  // namespace counterctl
