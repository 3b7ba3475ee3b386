#pragma once

#include "counter/call.hpp"
#include "counter/command.hpp"
#include "counter/time.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace counter {

class event_loop;

/// The commands that one event loop has for one shard in one pass, in order,
/// and room for the replies. Owned by one thread at a time: the loop fills it,
/// the shard answers in place, the loop reads the replies. Emptied and used
/// again, it allocates nothing for short commands.
class batch {
public:
  explicit batch(event_loop& origin) noexcept : origin_(&origin) {}
  virtual ~batch() = default;

  batch(const batch&) = delete;
  batch& operator=(const batch&) = delete;

  /// When its commands are carried out, as far as they ask.
  time_point now() const noexcept { return now_; }
  void set_now(time_point now) noexcept { now_ = now; }

  /// Copies the command and the bytes of its name; `hash` is the name's, see
  /// placement.
  void add(const command& command, std::uint64_t hash) {
    items_.push_back({hash, command.operand, static_cast<std::uint32_t>(names_.size()),
                      static_cast<std::uint16_t>(command.name.size()), command.operation,
                      outcome::ok});
    names_.append(command.name);
  }

  /// Adds a call; `hash` is that of its name, if it has one.
  void add(request asked, std::uint64_t hash) {
    items_.push_back(
        {hash, 0, static_cast<std::uint32_t>(calls_.size()), 0, operation::get, outcome::ok});
    calls_.emplace_back(std::move(asked));
  }

  void clear() noexcept {
    items_.clear();
    names_.clear();
    // Some are large, and most batches have none.
    if (calls_.capacity() > 0)
      std::vector<call>{}.swap(calls_);
  }

  std::size_t size() const noexcept { return items_.size(); }

  /// Whether the item is a call; otherwise it is a short command.
  bool is_call(std::size_t index) const noexcept { return items_[index].name_size == 0; }

  std::uint64_t hash_at(std::size_t index) const noexcept { return items_[index].hash; }

  // -- a short command --------------------------------------------------------

  /// The name is valid until the next add() or clear().
  command command_at(std::size_t index) const noexcept {
    const auto& entry = items_[index];
    return {
        entry.operation, {names_.data() + entry.offset, entry.name_size}, entry.operand_or_value};
  }

  /// Once for each command; its operand is gone then.
  void complete(std::size_t index, const reply& reply) noexcept {
    items_[index].operand_or_value = reply.value;
    items_[index].outcome = reply.outcome;
  }

  reply reply_at(std::size_t index) const noexcept {
    return {items_[index].outcome, items_[index].operand_or_value};
  }

  // -- a call -----------------------------------------------------------------

  call& call_at(std::size_t index) noexcept { return calls_[items_[index].offset]; }

  // -- all of them ------------------------------------------------------------

  /// Answers everything.
  void refuse(outcome why) {
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (is_call(i))
        call_at(i).refuse(why);
      else
        complete(i, {why});
    }
  }

  /// The event loop that gets the batch back.
  event_loop& origin() const noexcept { return *origin_; }

private:
  // Small, because it travels from core to core, there and back.
  struct item {
    std::uint64_t hash;
    std::int64_t operand_or_value;
    std::uint32_t offset;     // in names_: batch_operations_max names fit; or in calls_
    std::uint16_t name_size;  // name_bytes_max fits; 0, which no name has: a call
    counter::operation operation;
    counter::outcome outcome;
  };

  std::vector<item> items_;
  std::string names_;
  std::vector<call> calls_;
  event_loop* origin_;
  time_point now_{};
};

}  // namespace counter
