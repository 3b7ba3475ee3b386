#include "tests/engine/support/message_reader.hpp"

#include <utility>

namespace support {

std::optional<message> message_reader::next() {
  constexpr std::size_t length_bytes = 4;
  const std::size_t begin = is_first_typeless_ ? 0 : 1;
  if (bytes_.size() < begin + length_bytes)
    return {};
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i)
    length = length << 8 | static_cast<unsigned char>(bytes_[begin + i]);
  if (bytes_.size() < begin + length)
    return {};
  const bool is_typeless = std::exchange(is_first_typeless_, false);
  message found{is_typeless ? '^' : bytes_[0], bytes_.substr(0, begin + length)};
  bytes_.erase(0, begin + length);
  return found;
}

}  // namespace support
