#pragma once

#include <cstddef>
#include <functional>

namespace process {

/// Starts `count` threads at once and ends them, to find out whether the system permits so
/// many. Libraries that are refused a thread in the middle of their work abort or wait for
/// ever; so a start asks first. Throws std::runtime_error, of one line, if one is refused.
void require_threads(std::size_t count);

/// Calls `call` on a thread of its own, where nobody catches, and waits until it returns. An
/// exception of `call` ends the process through the terminate handler before anything is
/// unwound: for libraries that crash when they are. Throws std::system_error if the system
/// permits no thread.
void call_without_unwinding(const std::function<void()>& call);

}  // namespace process
