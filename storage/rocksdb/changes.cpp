#include "storage/rocksdb/changes.hpp"

#include "counter/name.hpp"
#include "storage/encoding/bytes.hpp"
#include "storage/rocksdb/rows.hpp"

#include <cstddef>
#include <cstdint>

namespace storage {

namespace {

constexpr std::size_t row_bytes_offset = sizeof(std::uint16_t);
constexpr std::size_t head_bytes = row_bytes_offset + sizeof(std::uint8_t);

/// In the byte that has the size of the row; no row is so long.
constexpr std::uint8_t old_flag = 0x80;

}  // namespace

void append_change(std::string& changes, std::string_view name,
                   const std::optional<counter::state>& after) {
  const auto begin = changes.size();
  put(changes, static_cast<std::uint16_t>(name.size()));
  put(changes, std::uint8_t{0});
  changes += name;
  if (!after)
    return;
  const auto row = changes.size();
  append(changes, *after);
  changes[begin + row_bytes_offset] = static_cast<char>(changes.size() - row);
}

bool are_changes(std::string_view bytes) {
  while (bytes.size() >= head_bytes) {
    byte_reader head{bytes};
    const std::size_t name_bytes = head.take<std::uint16_t>(),
                      row_bytes = head.take<std::uint8_t>();
    const auto size = head_bytes + name_bytes + row_bytes;
    if (bytes.size() < size || row_bytes >= old_flag)
      return false;
    const auto change = change_at(bytes.data());
    counter::state state;
    if (!counter::is_valid_name(change.name) || !(change.row.empty() || decode(change.row, state)))
      return false;
    bytes.remove_prefix(size);
  }
  return bytes.empty();
}

change change_at(const char* begin) noexcept {
  byte_reader head{{begin, head_bytes}};
  const std::size_t name_bytes = head.take<std::uint16_t>();
  const std::uint8_t row_bytes = head.take<std::uint8_t>();
  const char* const name = begin + head_bytes;
  return {{name, name_bytes},
          {name + name_bytes, row_bytes & ~std::size_t{old_flag}},
          (row_bytes & old_flag) != 0};
}

void mark_as_old(char* begin) noexcept {
  begin[row_bytes_offset] = static_cast<char>(begin[row_bytes_offset] | old_flag);
}

}  // namespace storage
