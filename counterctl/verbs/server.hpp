#pragma once

#include "counterctl/verbs/context.hpp"

#include <chrono>
#include <string>

namespace counterctl {

// The commands about the server. They return the exit code, or throw failure.

/// Prints what the server is, its limits and their use.
exit_code info(context& context);

/// Prints the server's numbers; with an interval, until it is interrupted, a line each time with
/// what has happened since the line before.
exit_code stats(context& context, std::chrono::milliseconds interval);

/// Has the server copy its counters, and prints the path of the copy.
exit_code backup(context& context, const std::string& name);

/// Tells whether the server is ready for requests; `is_live`: whether it runs. Waits for that until
/// `patience` is over.
exit_code ping(context& context, bool is_live, std::chrono::milliseconds patience);

}  // namespace counterctl
