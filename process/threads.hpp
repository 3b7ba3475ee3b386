#pragma once

#include <cstddef>

namespace process {

/// Starts `count` threads at once and ends them, to find out whether the system permits so
/// many. Libraries that are refused a thread in the middle of their work abort or wait for
/// ever; so a start asks first. Throws std::runtime_error, of one line, if one is refused.
void require_threads(std::size_t count);

}  // namespace process
