#include "counter/fingerprint.hpp"

#include "counter/siphash.hpp"

#include <string>

namespace counter {

std::int64_t fingerprint_of(std::span<const full_command> batch) {
  std::string bytes;
  for (const auto& command : batch) {
    // Names contain no control characters, so the operation ends them.
    static_assert(static_cast<int>(operation::bind) < ' ');
    bytes += command.name;
    bytes += static_cast<char>(command.parameters.operation);
  }
  // A peer that finds two batches with one fingerprint harms itself only: the key need not be
  // secret.
  return static_cast<std::int64_t>(siphash({}, bytes));
}

}  // namespace counter
