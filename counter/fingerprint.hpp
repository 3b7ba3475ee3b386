#pragma once

#include "counter/full_command.hpp"

#include <cstdint>
#include <span>

namespace counter {

/// Returns a hash of the names, parameters and conditions of a batch, in their order. It does not
/// change with the machine or the program's version, because it is stored. Keys, their TTLs and
/// positions are no part of it. Throws std::bad_alloc.
std::int64_t fingerprint_of(std::span<const full_command> batch);

}  // namespace counter
