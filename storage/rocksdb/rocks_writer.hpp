#pragma once

#include "counter/shard/ledger.hpp"
#include "storage/rocksdb/rows.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <rocksdb/write_batch.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace storage {

class group_committer;

/// The writer of one shard: collects the rows of a group, which commit() hands to the
/// committer. See counter::ledger_writer. One thread at a time.
class rocks_writer final : public counter::ledger_writer {
public:
  /// `committer` outlives it. `row` is what the shard committed last.
  rocks_writer(group_committer& committer, std::uint32_t shard, const shard_row& row);

  void put(std::string_view name, const std::optional<counter::state>& before,
           const std::optional<counter::state>& after) override;
  void remember(std::string_view id, const counter::idempotency_record& record) override;
  void forget(std::string_view id, counter::time_point forget_at) override;
  counter::commit_result commit(std::uint64_t version, counter::time_point now,
                                std::int64_t counters,
                                std::int64_t idempotency_records) noexcept override;
  std::chrono::nanoseconds sync_time() const noexcept override { return sync_time_; }

private:
  using expiry = std::optional<counter::time_point>;

  void move_due(std::string_view name, const expiry& before, const expiry& after);
  void put_due(counter::due_entry::kind_type kind, std::string_view id, counter::time_point at);
  void delete_due(counter::due_entry::kind_type kind, std::string_view id, counter::time_point at);

  group_committer& committer_;
  const std::uint32_t shard_;
  shard_row row_;
  std::chrono::nanoseconds sync_time_{};  // see sync_time()
  rocksdb::WriteBatch batch_;             // the 'r' and 'd' rows of the group
  std::vector<std::string> changes_;      // of its counters, see changes.hpp
  /// The expiry of each counter whose 'd' row this group has changed, as it is now.
  boost::unordered_flat_map<std::string, expiry> moved_;
  std::string key_, value_;  // members only so that their memory is used again
};

}  // namespace storage
