#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace storage {

/// Appends an integer, lowest byte first.
template <std::integral Integer>
void put(std::string& bytes, Integer value) {
  auto rest = static_cast<std::make_unsigned_t<Integer>>(value);
  for (std::size_t i = 0; i < sizeof value; ++i, rest = static_cast<decltype(rest)>(rest >> 7 >> 1))
    bytes += static_cast<char>(rest & 0xff);
}

/// Takes integers, lowest byte first, off the front of some bytes, which must outlive it.
/// Where too few bytes are left, take() returns 0 and is_at_end() returns false from then
/// on: callers check once, after the last take().
class byte_reader {
public:
  explicit byte_reader(std::string_view bytes) noexcept : rest_(bytes) {}

  template <std::integral Integer>
  Integer take() noexcept {
    using bits = std::make_unsigned_t<Integer>;
    if (rest_.size() < sizeof(Integer)) {
      is_short_ = true;
      return 0;
    }
    bits value = 0;
    for (std::size_t i = sizeof(Integer); i-- > 0;)
      value = static_cast<bits>(value << 7 << 1 | static_cast<unsigned char>(rest_[i]));
    rest_.remove_prefix(sizeof(Integer));
    return static_cast<Integer>(value);
  }

  /// Returns whether exactly all bytes were taken.
  bool is_at_end() const noexcept { return !is_short_ && rest_.empty(); }

private:
  std::string_view rest_;
  bool is_short_ = false;
};

}  // namespace storage
