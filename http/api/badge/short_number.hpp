#pragma once

#include <cstdint>
#include <string>

namespace http::badge {

/// Returns a number in at most four digits or so: `999`, `1.2k`, `12k`, `3.4M`, `-9.2E`, with the
/// prefixes of SI. Rounds towards zero, so that it never claims more than there is.
std::string short_number(std::int64_t value);

}  // namespace http::badge
