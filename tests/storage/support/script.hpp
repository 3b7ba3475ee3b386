#pragma once

#include "counter/shard/ledger.hpp"
#include "counter/state.hpp"
#include "storage/rocksdb/settings.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace storage_tests {

/// Everything in a ledger, as a model.
struct contents {
  std::map<std::string, counter::state> counters;
  std::map<std::string, counter::idempotency_record> idempotency_records;
  std::uint64_t version = 0;
  counter::time_point now{};

  bool operator==(const contents&) const = default;
};

/// What is known about a ledger when a script has ended, wherever it has.
struct account {
  contents certain;                    ///< everything that was acknowledged
  std::optional<contents> possible{};  ///< the same and a group whose commit was `unknown`
  std::vector<std::string> backups{};  ///< paths of those that were acknowledged
  int acknowledged = 0, full = 0, unknown = 0, refused = 0;  ///< groups by result
  bool could_open = true;
  bool has_ended = false;  ///< the script ran to its end, whatever failed in it
};

/// Called after each commit, whatever its result.
using listener = std::function<void(const account&)>;

/// Commits groups of two shards: counters that are created, changed and deleted, with and
/// without expiry, idempotency records that are remembered and forgotten, a backup, a
/// restart. `initial` is what the ledger has before. Equal seeds make equal scripts; how
/// far one gets depends on what fails, and the account says it.
account run_script(const storage::settings& settings, const contents& initial, std::uint64_t seed,
                   const listener& on_group = {});

/// Reads everything in the directory. Returns nullopt, and the reason in `refusal`, if a
/// start or a read is refused.
std::optional<contents> read_all(const std::filesystem::path& directory, std::string& refusal);

/// Describes the difference, for a test that fails.
std::string difference(const contents& left, const contents& right);

}  // namespace storage_tests
