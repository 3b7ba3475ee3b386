#pragma once

#include "counter/shard/batch.hpp"
#include "counter/shard/ledger.hpp"
#include "counter/shard/placement.hpp"
#include "counter/shard/table.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace counter {

/// The counters of one shard that a ledger keeps. In memory are those that were
/// asked for lately; what is answered does not depend on which these are. Not
/// thread-safe; calls block where the ledger's do.
///
///     answer(batch); answer(batch); ...
///     if (const auto how = commit(); how != kept::ok) take_back(batches, how);
///
/// and only then may the batches be told to anyone: what they say, reads
/// included, may rest on what they change.
class durable_table {
public:
  struct settings {
    quota& counters;             ///< of all shards together; outlives the table
    quota& idempotency_records;  ///< likewise
    std::chrono::milliseconds idempotency_ttl;
    const counter::placement& placement;  ///< outlives the table
    unsigned shard;
    std::size_t bytes_max;  ///< what counters in memory may take
  };

  /// `kept` outlives the table.
  durable_table(const settings& how, ledger& kept);

  /// Commands and upkeep of this shard.
  void answer(batch& asked);

  /// Keeps what has changed since the last time. Unless that is ok, nothing of
  /// it is seen any more.
  counter::commit_result commit();

  /// Answers again those batches whose commit went `how`: what changes something
  /// is refused, and what only reads reads what was there before.
  void take_back(std::span<const std::unique_ptr<batch>> answered, counter::commit_result how);

  /// What its counters in memory take, about.
  std::size_t bytes() const noexcept { return table_.records().bytes(); }

private:
  bool load(batch& asked);
  bool load_due(time_point now);
  void need(std::string_view name, std::uint64_t hash);
  bool load_needed();
  bool load_idempotency_record(const std::string& id, time_point now);
  void answer_reads(batch& answered);
  void trim();

  ledger& ledger_;
  std::unique_ptr<ledger_writer> writer_;
  const counter::placement& placement_;
  const unsigned shard_;
  const std::size_t bytes_max_;
  table table_;
  std::string due_position_;  // where to look next for what is due
  // Of one load, kept for their memory.
  std::vector<std::string_view> needed_;
  std::vector<std::uint64_t> needed_hashes_;
  std::vector<std::optional<state>> found_;
};

}  // namespace counter
