#pragma once

namespace process {

/// Makes free() return memory to the system, so that an idle process does not hold what
/// a burst of large requests took. Does so for glibc; nothing for others. Call it before
/// there are threads.
void return_freed_memory();

}  // namespace process
