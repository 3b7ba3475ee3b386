#pragma once

#include "counter/call.hpp"
#include "counter/command.hpp"
#include "counter/time.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace counter {

class batch;

/// Takes completed batches back.
class batch_origin {
public:
  /// Called exactly once for each batch from here. Must not call the store. Thread-safe.
  virtual void complete(std::unique_ptr<batch> completed) noexcept = 0;

protected:
  ~batch_origin() = default;
};

/// The commands and calls that an event loop has for one mailbox in one pass, in order,
/// with room for their replies. One thread owns it at a time: the loop adds items, the
/// actor completes them in place, the loop reads the replies. Reused after clear() it
/// allocates nothing for commands. Functions that add throw std::bad_alloc.
class batch {
public:
  explicit batch(batch_origin& origin) noexcept : origin_(&origin) {}
  virtual ~batch() = default;

  batch(const batch&) = delete;
  batch& operator=(const batch&) = delete;

  /// The time at which its items are applied.
  time_point now() const noexcept { return now_; }
  void set_now(time_point now) noexcept { now_ = now; }

  /// Copies the command and its name. `hash` is the hash of the name, see placement.
  void add(const command& command, std::uint64_t hash) {
    items_.push_back({hash, command.operand, static_cast<std::uint32_t>(names_.size()),
                      static_cast<std::uint16_t>(command.name.size()), command.operation,
                      outcome::ok});
    names_.append(command.name);
  }

  /// Adds a call. `hash` is the hash of its name; any number if it has none.
  void add(request payload, std::uint64_t hash) {
    items_.push_back(
        {hash, 0, static_cast<std::uint32_t>(calls_.size()), 0, operation::get, outcome::ok});
    calls_.emplace_back(std::move(payload));
  }

  void clear() noexcept {
    items_.clear();
    names_.clear();
    // Frees their memory: calls can be large, and most batches have none.
    if (calls_.capacity() > 0)
      std::vector<call>{}.swap(calls_);
  }

  std::size_t size() const noexcept { return items_.size(); }

  /// True if the item is a call, false if it is a command.
  bool is_call(std::size_t index) const noexcept { return items_[index].name_size == 0; }

  std::uint64_t hash_at(std::size_t index) const noexcept { return items_[index].hash; }

  // -- a command ------------------------------------------------------------

  /// The name is valid until the next add() or clear().
  command command_at(std::size_t index) const noexcept {
    const auto& entry = items_[index];
    return {
        entry.operation, {names_.data() + entry.offset, entry.name_size}, entry.operand_or_value};
  }

  /// Stores the reply. Overwrites the operand.
  void complete(std::size_t index, const reply& reply) noexcept {
    items_[index].operand_or_value = reply.value;
    items_[index].outcome = reply.outcome;
  }

  reply reply_at(std::size_t index) const noexcept {
    return {items_[index].outcome, items_[index].operand_or_value};
  }

  // -- a call -----------------------------------------------------------------

  call& call_at(std::size_t index) noexcept { return calls_[items_[index].offset]; }

  // -- all items --------------------------------------------------------------

  /// Returns an item that is completed.
  completion completion_at(std::size_t index) noexcept {
    if (is_call(index))
      return {.call = &call_at(index)};
    return {command_at(index), reply_at(index)};
  }

  /// Completes every item with `outcome` and nothing else.
  void refuse(counter::outcome outcome) {
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (is_call(i))
        call_at(i).refuse(outcome);
      else
        complete(i, {outcome});
    }
  }

  batch_origin& origin() const noexcept { return *origin_; }

private:
  // Small, because its cache lines move between cores twice.
  struct item {
    std::uint64_t hash;
    std::int64_t operand_or_value;
    std::uint32_t
        offset;  // of the name in names_ (batch_operations_max fit), or of the call in calls_
    std::uint16_t name_size;  // name_bytes_max fits; 0: the item is a call
    counter::operation operation;
    counter::outcome outcome;
  };

  std::vector<item> items_;
  std::string names_;
  std::vector<call> calls_;
  batch_origin* origin_;
  time_point now_{};
};

}  // namespace counter
