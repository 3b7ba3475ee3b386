#pragma once

#include "counter/shard/batch.hpp"
#include "counter/shard/table.hpp"

namespace counter {

/// Answers everything in `asked` from `counters`, in order. Short commands are
/// all carried out; lists and upkeep go as far as the steps of one batch allow.
/// Throws only std::bad_alloc.
void apply_batch(batch& asked, table& counters);

}  // namespace counter
