#pragma once

#include "counter/shard/batch.hpp"
#include "counter/shard/durable_table.hpp"
#include "counter/shard/placement.hpp"
#include "counter/shard/store.hpp"
#include "tests/unit/memory_ledger.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace unit {

/// A shard whose counters a ledger keeps, as an actor would drive it.
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

  durable_shard(memory_ledger& kept, const settings& how)
      : placement_(how.shards, how.key),
        counters_(how.counters_max),
        idempotency_(how.idempotency_records_max),
        table({counters_, idempotency_, how.idempotency_ttl, placement_, how.shard, how.bytes_max},
              kept) {
    counters_.adjust(static_cast<std::int64_t>(kept.summary().counters));
    idempotency_.adjust(static_cast<std::int64_t>(kept.summary().idempotency_records));
  }

  /// The items of a group, in one batch.
  durable_shard& ask(counter::operation what, std::string_view name, std::int64_t operand = 0) {
    last().add({what, name, operand}, placement_.of(name).hash);
    return *this;
  }
  durable_shard& ask(counter::full_command what) {
    const auto hash = placement_.of(what.name).hash;
    last().add(std::move(what), hash);
    return *this;
  }
  durable_shard& ask_expiry_sweep() {
    last().add(counter::expiry_sweep_request{}, 0);
    return *this;
  }

  /// What follows is in another batch.
  durable_shard& begin_batch() {
    batches_.push_back(std::make_unique<counter::batch>(origin_));
    return *this;
  }

  counter::commit_result commit(counter::time_point now) {
    for (auto& batch : batches_) {
      batch->set_now(now);
      table.apply(*batch);
    }
    const auto how = table.commit();
    if (how != counter::commit_result::ok)
      table.revise(batches_, how);
    return how;
  }

  // Of the items of the group, whichever batch they are in.
  counter::reply reply(std::size_t item) {
    auto& batch = batch_of(item);
    return batch.reply_at(item);
  }
  const counter::full_reply& full_reply(std::size_t item) {
    auto& batch = batch_of(item);
    return std::get<counter::full_reply>(batch.call_at(item).response);
  }
  const counter::expiry_sweep& expiry_sweep(std::size_t item) {
    auto& batch = batch_of(item);
    return std::get<counter::expiry_sweep>(batch.call_at(item).response);
  }

  /// A new group.
  durable_shard& begin() {
    batches_.clear();
    return *this;
  }

private:
  class no_loop final : public counter::event_loop {
  public:
    void post(std::function<void()>) override {}
    void complete(std::unique_ptr<counter::batch>) noexcept override {}
  };

  /// Makes `item` its number in the batch.
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

  no_loop origin_;
  counter::placement placement_;
  counter::quota counters_, idempotency_;
  std::vector<std::unique_ptr<counter::batch>> batches_;

public:
  counter::durable_table table;
};

}  // namespace unit
