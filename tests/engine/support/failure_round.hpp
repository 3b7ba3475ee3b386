#pragma once

#include "tests/engine/support/load.hpp"
#include "tests/engine/support/site.hpp"

#include <functional>

namespace support {

/// Has clients increment counters over both servers while something fails, and checks that each
/// increment was counted once and that both servers work again. `fail` is called by this thread,
/// and may wait for the clients. Returns what has happened to the sessions.
session_counts check_failure(const port_pair& servers,
                             const std::function<void(const load&)>& fail);

/// Calls `round`, which returns what a check_failure() of its own has counted, until a commit was
/// in doubt: whether one is under way when a process is killed is chance. Checks that one was at
/// the latest at the fourth time, and that each time sessions were lost.
void check_doubt(const std::function<session_counts()>& round);

}  // namespace support
