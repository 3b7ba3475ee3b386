#pragma once

#include <optional>

namespace config {

/// Returns a number of shards that serves more than `shards` do, if the counters are in memory, or
/// nullopt if they suffice for these event loops on these processors.
///
/// A loop whose peers pipeline requests for 100,000 counters spends a quarter of its time in the
/// shards, other loops less; so a shard can serve four. More shards than necessary cost time,
/// because the requests that arrive together go to more mailboxes.
std::optional<unsigned> better_shards(unsigned shards, unsigned loops, unsigned processors);

}  // namespace config
