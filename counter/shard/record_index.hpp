#pragma once

#include "counter/shard/record.hpp"
#include "counter/shard/record_arena.hpp"
#include "counter/shard/siphash.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace counter {

/// Finds records by their names, about 8 bytes each. In parts that grow apart
/// from each other: one that grows looks at all of its records again, which takes
/// two seconds for ten million in one go. Not thread-safe.
class record_index {
public:
  using handle = record_arena::handle;

  struct hashed_name {
    std::string_view name;
    std::uint64_t hash;  ///< siphash(key, name)
  };

  /// `records` outlives the index; `key` is that of the hashes it is given.
  record_index(const record_arena& records, siphash_key key);

  record_index(const record_index&) = delete;
  record_index& operator=(const record_index&) = delete;

  std::optional<handle> find(const hashed_name& key) const {
    const auto& part = parts_[part_of(key.hash)];
    const auto found = part.find(key);
    if (found == part.end())
      return std::nullopt;
    return *found;
  }

  /// The record is not in it yet.
  void insert(handle added, std::uint64_t hash) { parts_[part_of(hash)].insert(added); }

  void erase(const hashed_name& key);

  std::size_t parts() const noexcept { return parts_.size(); }

  /// Bits that neither the choice of the shard nor the set itself looks at.
  static std::size_t part_of(std::uint64_t hash) noexcept { return (hash >> 40) % part_count; }

  /// Empties one part. Returns what was in it, in no order.
  std::vector<handle> take_part(std::size_t part);

  /// Every record of one part, in no order.
  std::vector<handle> handles_of(std::size_t part) const {
    return {parts_[part].begin(), parts_[part].end()};
  }

private:
  static constexpr std::size_t part_count = 1024;

  /// Hash and equality of handles, by the names of their records.
  struct by_name {
    using is_transparent = void;
    using is_avalanching = void;
    const record_index* owner;

    // The set looks at the highest bits, which are alike in all of a shard.
    std::size_t operator()(const hashed_name& key) const noexcept {
      return std::rotl(key.hash, 32);
    }
    std::size_t operator()(handle which) const noexcept {
      return (*this)({name_of(which), siphash(owner->key_, name_of(which))});
    }
    bool operator()(handle left, handle right) const noexcept {
      return name_of(left) == name_of(right);
    }
    bool operator()(const hashed_name& left, handle right) const noexcept {
      return left.name == name_of(right);
    }
    bool operator()(handle left, const hashed_name& right) const noexcept {
      return name_of(left) == right.name;
    }
    std::string_view name_of(handle which) const noexcept {
      return record{owner->records_.at(which)}.name();
    }
  };

  const record_arena& records_;
  siphash_key key_;
  using part_set = boost::unordered_flat_set<handle, by_name, by_name>;
  std::vector<part_set> parts_;
};

}  // namespace counter
