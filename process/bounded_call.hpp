#pragma once

#include <chrono>
#include <functional>

namespace process {

/// Calls `call` on a thread of its own and returns true when it has returned, or after `patience`;
/// the thread then goes on alone. For writes to stdout and stderr, which may block for as long
/// as nobody reads them. `call` must own what it uses and must not throw. Returns false, without
/// a call, if the system permits no thread or five earlier calls go on alone. Thread-safe.
bool call_within(std::chrono::milliseconds patience, const std::function<void()>& call);

}  // namespace process
