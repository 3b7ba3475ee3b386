#include "config/machine_memory.hpp"

#include <algorithm>
#include <fstream>

#include <unistd.h>

namespace config {

std::uint64_t machine_memory(const control_group_roots& roots) {
  auto bytes = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
               static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  for (const auto& group : control_groups("memory", roots))
    for (const auto* limit : {"memory.max", "memory.high", "memory.limit_in_bytes"}) {
      std::ifstream file{group / limit};
      // Without a limit the file says `max` or does not exist.
      if (std::uint64_t number = 0; file >> number)
        bytes = std::min(bytes, number);
    }
  return bytes;
}

}  // namespace config
