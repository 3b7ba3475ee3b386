#pragma once

#include "counter/shard/record.hpp"
#include "counter/shard/record_arena.hpp"
#include "counter/siphash.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace counter {

/// A hash index of records by name, about 8 bytes each. Split into 1024 parts that grow and
/// shrink independently: rehashing ten million records at once takes two seconds, a part
/// some milliseconds. Functions that add throw std::bad_alloc.
class record_index {
public:
  using handle = record_arena::handle;

  struct hashed_name {
    std::string_view name;
    std::uint64_t hash;  ///< siphash(key, name)
  };

  /// `records` outlives the index. `key` is the key of every hash passed in.
  record_index(const record_arena& records, siphash_key key);

  record_index(const record_index&) = delete;
  record_index& operator=(const record_index&) = delete;

  /// Returns nullopt if no record has the name.
  std::optional<handle> find(const hashed_name& key) const {
    const auto& part = parts_[part_of(key.hash)];
    const auto entry = part.find(key);
    if (entry == part.end())
      return std::nullopt;
    return *entry;
  }

  /// Adds a record. Precondition: no record in the index has its name.
  void insert(handle added, std::uint64_t hash) { parts_[part_of(hash)].insert(added); }

  /// Removes the record of that name, if there is one.
  void erase(const hashed_name& key);

  std::size_t parts() const noexcept { return parts_.size(); }

  /// The part of a hash: chosen by bits that neither placement nor the parts use.
  static std::size_t part_of(std::uint64_t hash) noexcept { return (hash >> 40) % part_count; }

  /// Empties a part. Returns its records, in no order.
  std::vector<handle> take_part(std::size_t part);

  /// Returns the records of a part, in no order.
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

    // Rotated, because the set uses the highest bits and all names of a shard share them.
    std::size_t operator()(const hashed_name& key) const noexcept {
      return std::rotl(key.hash, 32);
    }
    std::size_t operator()(handle entry) const noexcept {
      return (*this)({name_of(entry), siphash(owner->key_, name_of(entry))});
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
    std::string_view name_of(handle entry) const noexcept {
      return record{owner->records_.at(entry)}.name();
    }
  };

  const record_arena& records_;
  siphash_key key_;
  using part_set = boost::unordered_flat_set<handle, by_name, by_name>;
  std::vector<part_set> parts_;
};

}  // namespace counter
