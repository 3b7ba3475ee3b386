#pragma once

#include <cstddef>
#include <string_view>

namespace storage {

/// How many bytes of a file in RocksDB's log format come before the first record
/// that is not whole, or all if each is: a power failure may leave a part of what was
/// written last. (RocksDB's wiki, "Write Ahead Log File Format": blocks of 32 KiB; of
/// each record a CRC-32C u32, the length u16, a type u8, and the bytes.)
std::size_t valid_prefix(std::string_view file) noexcept;

}  // namespace storage
