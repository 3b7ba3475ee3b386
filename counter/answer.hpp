#pragma once

#include "counter/batch.hpp"
#include "counter/table.hpp"

namespace counter {

/// Answers everything in `asked` from `counters`, in order. Short commands are
/// all carried out; lists and upkeep go as far as the steps of one batch allow.
/// Throws only std::bad_alloc.
void answer_all(batch& asked, table& counters);

}  // namespace counter
