#pragma once

#include "counterctl/formats/counter_entry.hpp"
#include "counterctl/verbs/context.hpp"

#include <string>

namespace counterctl {

/// Writes all counters whose names begin with `prefix` and are behind `after` in byte order to
/// stdout, a line each. When it breaks off, the message says with what `after` it goes on.
exit_code export_counters(context& context, const std::string& prefix, const std::string& after,
                          file_format format);

}  // namespace counterctl
