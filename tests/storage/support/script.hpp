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

/// All that a ledger has, as a model has it.
struct contents {
  std::map<std::string, counter::state> counters;
  std::map<std::string, counter::idempotency_record> idempotency_records;
  std::uint64_t version = 0;
  counter::time_point now{};

  bool operator==(const contents&) const = default;
};

/// What is known when a script has ended, wherever it did.
struct account {
  contents certain;                    ///< was acknowledged
  std::optional<contents> possible{};  ///< with a group whose fate is unknown
  std::vector<std::string> backups{};  ///< were acknowledged
  int acknowledged = 0, full = 0, unknown = 0, refused = 0;
  bool could_open = true;
  bool has_ended = false;  ///< all of it was done, failures or not
};

/// Told of each group that was acknowledged, and of those whose fate is unknown.
using listener = std::function<void(const account&)>;

/// Groups of two shards: counters that come, change, expire and go, replays that
/// are remembered and forgotten, a backup, a restart; `from` is what is there.
/// Which of it is done depends on what fails, and what does is in the account.
/// `seed` tells one script from another.
account run_script(const storage::settings& how, const contents& from, std::uint64_t seed,
                   const listener& on_group = {});

/// What is in the directory, all of it. Null, and why in `refusal`, if it is refused.
std::optional<contents> read_all(const std::filesystem::path& directory, std::string& refusal);

/// As text, for a test that fails.
std::string difference(const contents& left, const contents& right);

}  // namespace storage_tests
