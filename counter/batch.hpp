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

  /// Copies the command and the bytes of its name.
  void add(const command& command) {
    items_.push_back({command.operation,
                      static_cast<std::uint16_t>(command.name.size()),
                      static_cast<std::uint32_t>(names_.size()),
                      command.operand,
                      {}});
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
    return {entry.operation, {names_.data() + entry.name_offset, entry.name_size}, entry.operand};
  }

  reply& reply_at(std::size_t index) noexcept { return items_[index].reply; }

  /// Refuses every command.
  void refuse(outcome why) noexcept {
    for (auto& entry : items_)
      entry.reply = {why};
  }

  /// The event loop that gets the batch back.
  event_loop& home() const noexcept { return *home_; }

private:
  struct item {
    counter::operation operation;
    std::uint16_t name_size;    // name_bytes_max fits
    std::uint32_t name_offset;  // batch_operations_max * name_bytes_max fits
    std::int64_t operand;
    counter::reply reply;
  };

  std::vector<item> items_;
  std::string names_;
  event_loop* home_;
};

}  // namespace counter
