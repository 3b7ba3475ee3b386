#pragma once

#include <string_view>

namespace counter {

/// Returns the version with the commit, as "0.1.0~57.g17077ed" (cmake/build_version.cmake), for
/// --version and the log. Clients get COUNTERD_VERSION alone, which docs/API.md and openapi.json
/// name: what runs exactly is of no use to them, and to others too much.
///
/// A function of a file of its own, so that a commit compiles nothing else again.
std::string_view build_version();

}  // namespace counter
