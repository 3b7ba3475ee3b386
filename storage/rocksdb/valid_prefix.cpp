#include "storage/rocksdb/valid_prefix.hpp"

#include "storage/encoding/bytes.hpp"

#include <boost/crc.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>

namespace storage {

namespace {

constexpr std::size_t block_bytes = std::size_t{32} << 10;
constexpr std::size_t checksum_bytes = sizeof(std::uint32_t);
constexpr std::size_t length_bytes = sizeof(std::uint16_t);
constexpr std::size_t head_bytes = checksum_bytes + length_bytes + 1;

/// The types of fragments: `full` is a whole record, the others are parts of one that
/// spans blocks.
constexpr std::uint8_t full = 1, first = 2, middle = 3, last = 4;

std::uint32_t checksum_of(std::string_view bytes) {
  boost::crc_optimal<32, 0x1edc6f41, 0xffffffff, 0xffffffff, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  // Masked as RocksDB stores it: a CRC of bytes that contain their CRC is a poor one.
  return std::rotr(static_cast<std::uint32_t>(crc.checksum()), 15) + 0xa282ead8;
}

}  // namespace

std::size_t valid_prefix(std::string_view file) noexcept {
  std::size_t begin = 0;  // of the current record
  bool is_in_record = false;
  for (std::size_t at = 0;;) {
    const auto left = block_bytes - at % block_bytes;
    if (left < head_bytes) {
      at += left;  // too few for a head: the block ends with padding
      continue;
    }
    if (file.size() < at + head_bytes)
      return at >= file.size() && !is_in_record ? file.size() : begin;
    byte_reader head{file.substr(at, head_bytes)};
    const auto checksum = head.take<std::uint32_t>();
    const std::size_t length = head.take<std::uint16_t>();
    const auto type = head.take<std::uint8_t>();
    const auto end = at + head_bytes + length;
    const bool begins = type == full || type == first;
    if (file.size() < end || head_bytes + length > left || type < full || type > last ||
        begins == is_in_record ||
        checksum != checksum_of(file.substr(at + checksum_bytes + length_bytes, 1 + length)))
      return begin;
    is_in_record = type == first || type == middle;
    at = end;
    if (!is_in_record)
      begin = at;
  }
}

}  // namespace storage
