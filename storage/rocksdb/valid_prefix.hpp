#pragma once

#include <cstddef>
#include <string_view>

namespace storage {

/// Returns how many bytes of a file in RocksDB's log format come before the first record
/// that is not whole: its size, if all are. The format (RocksDB's wiki, "Write Ahead Log
/// File Format") has blocks of 32 KiB, in which each fragment of a record has a CRC-32C u32,
/// its length u16, its type u8, and its bytes.
std::size_t valid_prefix(std::string_view file) noexcept;

}  // namespace storage
