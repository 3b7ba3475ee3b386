#pragma once

#include "counter/shard/record.hpp"
#include "counter/shard/record_arena.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace counter {

/// Returns the 8 bytes of a name from `position` on as a number that sorts like them; behind
/// the name's end they count as zeros. Precondition: position <= name.size().
inline std::uint64_t sort_key(std::string_view name, std::size_t position) noexcept {
  std::uint64_t key = 0;
  const char* const first = name.data() + position;
  if (const auto size = name.size() - position; size >= sizeof key)
    std::memcpy(&key, first, sizeof key);
  else
    std::memcpy(&key, first, size);
  return std::endian::native == std::endian::little ? __builtin_bswap64(key) : key;
}

/// Returns the length of the longest prefix of both names.
std::size_t shared_prefix(std::string_view left, std::string_view right) noexcept;

/// Sorts records by name. While it sorts, it has 8 bytes of each name beside the handle: those
/// behind the prefix that all of the names share. So few comparisons read the records.
/// Precondition: names contain no zero bytes (see is_valid_name()).
class name_sorter {
public:
  using handle = record_arena::handle;

  /// `records` outlives the sorter.
  explicit name_sorter(const record_arena& records) : records_(&records) {}

  /// Sorts in byte order of the names. Throws std::bad_alloc; then nothing has changed.
  void sort(std::span<handle> handles);

private:
  struct item {
    std::uint64_t key;
    handle entry;
  };

  std::string_view name_of(handle entry) const noexcept {
    return record{records_->at(entry)}.name();
  }

  const record_arena* records_;
  std::vector<item> items_;  // used in sort() only; a member, to be allocated once
};

}  // namespace counter
