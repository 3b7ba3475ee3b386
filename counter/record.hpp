#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace counter {

/// One counter in memory that somebody else owns: its value (8 bytes), the
/// length of its name (2) and the name, without a gap.
class record {
public:
  explicit record(std::byte* at) noexcept : at_(at) {}

  /// What a record takes; names are up to limits::name_bytes_max.
  static constexpr std::size_t bytes(std::string_view name) noexcept {
    return name_offset + name.size();
  }

  void init(std::string_view name, std::int64_t value) noexcept {
    set_value(value);
    const auto size = static_cast<std::uint16_t>(name.size());
    std::memcpy(at_ + size_offset, &size, sizeof size);
    std::memcpy(at_ + name_offset, name.data(), name.size());
  }

  std::int64_t value() const noexcept {
    std::int64_t value;
    std::memcpy(&value, at_, sizeof value);
    return value;
  }

  void set_value(std::int64_t value) noexcept { std::memcpy(at_, &value, sizeof value); }

  std::string_view name() const noexcept {
    std::uint16_t size;
    std::memcpy(&size, at_ + size_offset, sizeof size);
    return {reinterpret_cast<const char*>(at_ + name_offset), size};
  }

private:
  static constexpr std::size_t size_offset = sizeof(std::int64_t);
  static constexpr std::size_t name_offset = size_offset + sizeof(std::uint16_t);

  std::byte* at_;
};

}  // namespace counter
