#pragma once

#include "counter/call.hpp"
#include "counter/command.hpp"
#include "counter/inbox.hpp"
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

/// The commands, calls and elements of command lists that an event loop has for one mailbox in one
/// pass, in order, with room for their replies. One thread owns it at a time: the loop adds items,
/// the actor completes them in place, the loop reads the replies. The batches that have elements of
/// one list share it: each owns its elements. Reused after clear() it allocates nothing for
/// commands. Functions that add throw std::bad_alloc.
class batch : public inbox_link<batch> {
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

  /// Adds a call. `hash` is the hash of its name; any number if it has none. A batch with a
  /// command_list can only be refused.
  void add(request payload, std::uint64_t hash) {
    items_.push_back({hash, 0, static_cast<std::uint32_t>(calls_.size()), call_size, operation::get,
                      outcome::ok});
    calls_.emplace_back(std::move(payload));
  }

  /// Adds one element of `list`, which has a command_list and a reply_list of the same size. `hash`
  /// is the hash of the element's name.
  void add(const std::shared_ptr<call>& list, std::size_t element, std::uint64_t hash) {
    if (lists_.empty() || lists_.back() != list)
      lists_.push_back(list);
    items_.push_back({hash, static_cast<std::int64_t>(element),
                      static_cast<std::uint32_t>(lists_.size() - 1), element_size, operation::get,
                      outcome::ok});
  }

  void clear() noexcept {
    items_.clear();
    names_.clear();
    // Frees their memory: calls can be large, and most batches have none.
    if (calls_.capacity() > 0)
      std::vector<call>{}.swap(calls_);
    lists_.clear();
  }

  std::size_t size() const noexcept { return items_.size(); }

  enum class kind_type : std::uint8_t { command, call, element };

  kind_type kind_of(std::size_t index) const noexcept {
    const auto size = items_[index].name_size;
    if (size == call_size)
      return kind_type::call;
    return size == element_size ? kind_type::element : kind_type::command;
  }

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

  // -- an element ---------------------------------------------------------------

  call& list_at(std::size_t index) noexcept { return *lists_[items_[index].offset]; }

  // -- a call of one full_command, or an element ----------------------------------

  /// Returns null for any other item.
  const full_command* full_command_at(std::size_t index) noexcept {
    switch (kind_of(index)) {
      case kind_type::command:
        break;
      case kind_type::call:
        return std::get_if<full_command>(&call_at(index).request);
      case kind_type::element:
        return &std::get<command_list>(list_at(index).request)[element_of(index)];
    }
    return nullptr;
  }

  /// Returns the reply to a full_command that is completed.
  const full_reply& full_reply_at(std::size_t index) noexcept {
    if (kind_of(index) == kind_type::element)
      return std::get<reply_list>(list_at(index).response)[element_of(index)];
    return std::get<full_reply>(call_at(index).response);
  }

  /// Stores the reply to a full_command.
  void complete_full(std::size_t index, const full_reply& reply) noexcept {
    if (kind_of(index) == kind_type::element)
      std::get<reply_list>(list_at(index).response)[element_of(index)] = reply;
    else
      call_at(index).response = reply;
  }

  // -- all items --------------------------------------------------------------

  /// Completes one item with `outcome` and nothing else.
  void refuse(std::size_t index, counter::outcome outcome) {
    switch (kind_of(index)) {
      case kind_type::command:
        return complete(index, {outcome});
      case kind_type::call:
        return call_at(index).refuse(outcome);
      case kind_type::element:
        return complete_full(index, {outcome});
    }
  }

  /// Completes every item with `outcome` and nothing else.
  void refuse(counter::outcome outcome) {
    for (std::size_t i = 0; i < items_.size(); ++i)
      refuse(i, outcome);
  }

  batch_origin& origin() const noexcept { return *origin_; }

private:
  // Small, because its cache lines move between cores twice.
  struct item {
    std::uint64_t hash;
    std::int64_t operand_or_value;
    // Where the name begins in names_ (batch_operations_max names fit), or the index of the call
    // in calls_ or of the list in lists_.
    std::uint32_t offset;
    std::uint16_t name_size;  // name_bytes_max fits; or call_size, or element_size
    counter::operation operation;
    counter::outcome outcome;
  };
  static constexpr std::uint16_t call_size = 0;
  static constexpr std::uint16_t element_size = 0xffff;

  /// The position of an element in its list.
  std::size_t element_of(std::size_t index) const noexcept {
    return static_cast<std::size_t>(items_[index].operand_or_value);
  }

  std::vector<item> items_;
  std::string names_;
  std::vector<call> calls_;
  std::vector<std::shared_ptr<call>> lists_;
  batch_origin* origin_;
  time_point now_{};
};

}  // namespace counter
