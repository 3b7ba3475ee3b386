#pragma once

#include "counter/command.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace counter {

class event_loop;

/// The commands that one event loop has for one shard in one pass, in order,
/// and room for the replies. Owned by one thread at a time: the loop fills it,
/// the shard answers in place, the loop reads the replies. Emptied and used
/// again, it allocates nothing.
class batch {
public:
  explicit batch(event_loop& home) noexcept : home_(&home) {}
  virtual ~batch() = default;

  batch(const batch&) = delete;
  batch& operator=(const batch&) = delete;

  /// Copies the command and the bytes of its name; `hash` is the name's, see
  /// placement.
  void add(const command& command, std::uint64_t hash) {
    items_.push_back({hash, command.operand, static_cast<std::uint32_t>(names_.size()),
                      static_cast<std::uint16_t>(command.name.size()), command.operation,
                      outcome::ok});
    names_.append(command.name);
  }

  void clear() noexcept {
    items_.clear();
    names_.clear();
  }

  std::size_t size() const noexcept { return items_.size(); }

  /// The name is valid until the next add() or clear().
  command command_at(std::size_t index) const noexcept {
    const auto& entry = items_[index];
    return {entry.operation,
            {names_.data() + entry.name_offset, entry.name_size},
            entry.operand_or_value};
  }

  std::uint64_t hash_at(std::size_t index) const noexcept { return items_[index].hash; }

  /// Once for each command; its operand is gone then.
  void answer(std::size_t index, const reply& reply) noexcept {
    items_[index].operand_or_value = reply.value;
    items_[index].outcome = reply.outcome;
  }

  /// Answers every command.
  void refuse(outcome why) noexcept {
    for (std::size_t i = 0; i < items_.size(); ++i)
      answer(i, {why});
  }

  reply reply_at(std::size_t index) const noexcept {
    return {items_[index].outcome, items_[index].operand_or_value};
  }

  /// The event loop that gets the batch back.
  event_loop& home() const noexcept { return *home_; }

private:
  // Small, because it travels from core to core, there and back.
  struct item {
    std::uint64_t hash;
    std::int64_t operand_or_value;
    std::uint32_t name_offset;  // batch_operations_max * name_bytes_max fits
    std::uint16_t name_size;    // name_bytes_max fits
    counter::operation operation;
    counter::outcome outcome;
  };

  std::vector<item> items_;
  std::string names_;
  event_loop* home_;
};

}  // namespace counter
