#pragma once

#include <cstddef>
#include <cstdint>

namespace config {

/// Returns how many bytes this process may still take for itself: what the limits of its address
/// space (RLIMIT_AS, `ulimit -v`) and of its data (RLIMIT_DATA, `ulimit -d`) leave when `threads`
/// more threads have their stacks, the lesser of the two. Returns UINT64_MAX if there is no limit,
/// 0 if a limit is used up or /proc cannot be read.
std::uint64_t unused_memory(std::size_t threads);

}  // namespace config
