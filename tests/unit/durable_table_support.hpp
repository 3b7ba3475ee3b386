#pragma once

#include "counter/shard/batch.hpp"
#include "counter/shard/durable_table.hpp"
#include "counter/shard/placement.hpp"
#include "tests/unit/memory_ledger.hpp"
#include "tests/unit/no_origin.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace unit {

/// A durable_table with its group of batches, driven as durable_shard_actor does.
class durable_shard {
public:
  struct settings {
    std::uint64_t counters_max = 100;
    std::uint64_t idempotency_records_max = 100;
    std::chrono::milliseconds idempotency_ttl{60'000};
    std::size_t bytes_max = 1 << 20;
    counter::siphash_key key{5, 6};
    unsigned shards = 1, shard = 0;
  };

  durable_shard(memory_ledger& ledger, const settings& options)
      : placement_(options.shards, options.key),
        counters_(options.counters_max),
        idempotency_(options.idempotency_records_max),
        table({counters_, idempotency_, options.idempotency_ttl, placement_, options.shard,
               options.bytes_max},
              ledger, metrics) {
    counters_.adjust(static_cast<std::int64_t>(ledger.summary().counters));
    idempotency_.adjust(static_cast<std::int64_t>(ledger.summary().idempotency_records));
  }

  /// Adds an item to the last batch of the group.
  durable_shard& ask(counter::operation operation, std::string_view name,
                     std::int64_t operand = 0) {
    last().add({operation, name, operand}, placement_.of(name).hash);
    return *this;
  }
  /// Every second one is an element of a list.
  durable_shard& ask(counter::full_command command) {
    const auto hash = placement_.of(command.name).hash;
    if (is_element_ = !is_element_; !is_element_) {
      last().add(std::move(command), hash);
      return *this;
    }
    const auto list = std::make_shared<counter::call>(counter::command_list{std::move(command)});
    list->response = counter::reply_list(1);
    last().add(list, 0, hash);
    return *this;
  }
  durable_shard& ask_expiry_sweep() {
    last().add(counter::expiry_sweep_request{}, 0);
    return *this;
  }

  /// Begins another batch in the same group.
  durable_shard& begin_batch() {
    batches_.push_back(std::make_unique<counter::batch>(origin_));
    return *this;
  }

  /// Applies and commits the group, and revises it if that fails.
  counter::commit_result commit(counter::time_point now) {
    for (auto& batch : batches_) {
      batch->set_now(now);
      table.apply(*batch);
    }
    const auto result = table.commit();
    if (result != counter::commit_result::ok)
      table.revise(batches_, result);
    return result;
  }

  // Replies by the item's number in the group.
  counter::reply reply(std::size_t item) {
    auto& batch = batch_of(item);
    return batch.reply_at(item);
  }
  const counter::full_reply& full_reply(std::size_t item) {
    auto& batch = batch_of(item);
    return batch.full_reply_at(item);
  }
  const counter::expiry_sweep& expiry_sweep(std::size_t item) {
    auto& batch = batch_of(item);
    return std::get<counter::expiry_sweep>(batch.call_at(item).response);
  }

  /// Begins a new group.
  durable_shard& begin() {
    batches_.clear();
    return *this;
  }

private:
  /// Returns the batch of an item of the group and makes `item` its index there.
  counter::batch& batch_of(std::size_t& item) {
    auto batch = batches_.begin();
    for (; item >= (*batch)->size(); ++batch)
      item -= (*batch)->size();
    return **batch;
  }

  counter::batch& last() {
    if (batches_.empty())
      begin_batch();
    return *batches_.back();
  }

  no_origin origin_;
  counter::placement placement_;
  counter::quota counters_, idempotency_;
  std::vector<std::unique_ptr<counter::batch>> batches_;
  bool is_element_ = false;  // the last full command

public:
  counter::shard_metrics metrics;
  counter::durable_table table;
};

}  // namespace unit
