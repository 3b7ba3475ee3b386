#pragma once

#include "counter/shard/batch.hpp"
#include "counter/shard/shard_metrics.hpp"
#include "counter/shard/table.hpp"

namespace counter {

/// Expires twice as many counters as the batch has items, so that expired ones never pile up. Then
/// applies every item of `batch` to `table`, in order, at the batch's time, and stores the replies
/// in the batch, and counts the operations in `metrics`. Commands are always applied; lists and
/// expiry sweeps stop at limits::shard_steps_max. Backup requests get `unreadable`: they are for a
/// ledger. Throws only std::bad_alloc; after that the table must not be used.
void apply_batch(batch& batch, table& table, shard_metrics& metrics);

}  // namespace counter
