#pragma once

#include "counter/command.hpp"
#include "counter/quota.hpp"
#include "counter/record.hpp"
#include "counter/record_arena.hpp"
#include "counter/siphash.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace counter {

/// The counters of one shard: name -> value. The whole truth about counting,
/// and no I/O. A counter costs its name, 10 bytes, and about 8 for the index.
/// Not thread-safe: its shard actor's mailbox serialises the calls.
class table {
public:
  /// `room` bounds the counters of all tables together and outlives them.
  /// `key` is that of the hashes that apply() is given.
  explicit table(quota& room, siphash_key key = {});

  table(const table&) = delete;
  table& operator=(const table&) = delete;

  /// Carries out `command`, whose name is valid; `hash` is siphash(key, name).
  /// Anything but `ok` means that nothing changed. Throws only std::bad_alloc,
  /// and then nothing changed.
  reply apply(const command& command, std::uint64_t hash);

  std::size_t size() const noexcept { return size_; }

private:
  struct hashed_name {
    std::string_view name;
    std::uint64_t hash;
  };

  /// Hash and equality of handles, by the names of their records.
  struct by_name {
    using is_transparent = void;
    using is_avalanching = void;
    const table* owner;

    // The set looks at the highest bits, which are alike in all of a shard.
    std::size_t operator()(const hashed_name& key) const noexcept {
      return std::rotl(key.hash, 32);
    }
    std::size_t operator()(record_arena::handle handle) const noexcept {
      return (*this)({name_of(handle), siphash(owner->key_, name_of(handle))});
    }
    bool operator()(record_arena::handle left, record_arena::handle right) const noexcept {
      return name_of(left) == name_of(right);
    }
    bool operator()(const hashed_name& left, record_arena::handle right) const noexcept {
      return left.name == name_of(right);
    }
    bool operator()(record_arena::handle left, const hashed_name& right) const noexcept {
      return name_of(left) == right.name;
    }
    std::string_view name_of(record_arena::handle handle) const noexcept {
      return record{owner->records_.at(handle)}.name();
    }
  };
  using index = boost::unordered_flat_set<record_arena::handle, by_name, by_name>;

  std::optional<record> find(const hashed_name& key) const;
  reply get(const hashed_name& key) const;
  reply set(const hashed_name& key, std::int64_t value);
  reply add(const hashed_name& key, std::int64_t delta);
  reply create(const hashed_name& key, std::int64_t value);
  static std::size_t index_of(std::uint64_t hash) noexcept;

  quota& room_;
  siphash_key key_;
  record_arena records_;
  std::vector<index> indexes_;
  std::size_t size_ = 0;
};

}  // namespace counter
