#pragma once

#include <cstdlib>
#include <exception>

namespace process {

/// Ends the process when a start has failed, without a wait for what was started: nothing was
/// acknowledged, so this is as safe as a kill. Prints one line with the reason, also if no memory
/// is left or several threads call it.
[[noreturn]] void end_start(const std::exception& reason, int exit_code = EXIT_FAILURE) noexcept;

/// From now on an exception that nobody catches, on any thread, ends the process like end_start().
/// Call it first, while there is memory.
void end_start_on_exception();

/// From now on such an exception is logged, and aborts the process: it has no memory left, or has
/// met an error that nothing expects. The standard handler would wait until somebody reads stderr.
void abort_on_exception();

}  // namespace process
