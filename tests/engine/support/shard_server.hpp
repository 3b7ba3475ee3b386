#pragma once

#include "counter/shard/shared_table.hpp"
#include "storage/postgres/postgres_ledger.hpp"
#include "tests/unit/no_origin.hpp"
#include "tests/unit/table_support.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace support {

/// What a server needs to know of the database at `url`. It waits longer than any machine is slow.
storage::postgres::settings engine_settings(
    const std::string& url, const std::string& schema,
    std::chrono::milliseconds timeout = std::chrono::minutes{2});

/// A server of one shard, without HTTP and actors: it carries out a group when it is told to. Used
/// by one thread at a time.
class shard_server {
public:
  explicit shard_server(const storage::postgres::settings& settings,
                        std::uint64_t counters_max = 1'000'000);

  shard_server& ask(counter::operation operation, std::string_view name, std::int64_t operand = 0);
  shard_server& ask(counter::full_command command);
  /// Carries the group out; the next ask() begins another one.
  shard_server& run();
  /// Returns the reply to an operation of the last group, from 0.
  counter::reply reply(std::size_t item) const { return group_[0]->reply_at(item); }
  counter::full_reply full_reply(std::size_t item) const { return group_[0]->full_reply_at(item); }
  /// Returns the reply to `command` alone.
  counter::full_reply apply(const counter::full_command& command);

  /// Sweeps until nothing is left.
  void sweep();

private:
  counter::batch& group();

  unit::no_origin origin_;
  bool is_done_ = false;
  std::vector<std::unique_ptr<counter::batch>> group_;

public:
  storage::postgres::postgres_ledger ledger;
  counter::quota counters;
  counter::quota records{1'000'000};
  counter::others_usage others;
  counter::shard_metrics metrics;
  counter::shared_table table;
};

}  // namespace support
