#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace counter {

/// A view of one counter's bytes, which a record_arena owns: value (8 bytes),
/// version (8), length of the name with three flags (2), name; no padding.
class record {
public:
  explicit record(std::byte* bytes) noexcept : bytes_(bytes) {}

  /// The size of a record. Names have up to limits::name_bytes_max bytes.
  static constexpr std::size_t bytes(std::string_view name) noexcept {
    return name_offset + name.size();
  }

  /// Stores the name and clears the flags. Value and version are indeterminate.
  void init(std::string_view name) noexcept {
    write(size_offset, static_cast<std::uint16_t>(name.size()));
    std::memcpy(bytes_ + name_offset, name.data(), name.size());
  }

  std::int64_t value() const noexcept { return read<std::int64_t>(0); }
  void set_value(std::int64_t value) noexcept { write(0, value); }

  std::uint64_t version() const noexcept { return read<std::uint64_t>(version_offset); }
  void set_version(std::uint64_t version) noexcept { write(version_offset, version); }

  /// True if expiry_queue has an expiry for it.
  bool expires() const noexcept { return has(expires_bit); }
  void set_expires(bool expires) noexcept { set(expires_bit, expires); }

  /// True if the change_set has the record.
  bool is_touched() const noexcept { return has(touched_bit); }
  void set_touched(bool is_touched) noexcept { set(touched_bit, is_touched); }

  /// True if it was erased and the change_set still borrows its name.
  bool is_erased() const noexcept { return has(erased_bit); }
  void set_erased(bool is_erased) noexcept { set(erased_bit, is_erased); }

  std::string_view name() const noexcept {
    const auto size = read<std::uint16_t>(size_offset);
    return {reinterpret_cast<const char*>(bytes_ + name_offset),
            static_cast<std::size_t>(size & size_bits)};
  }

  /// Tells the processor that name() will be called. A loop over many records is several
  /// times faster if it does so for the record that is prefetch_distance ahead.
  void prefetch() const noexcept { __builtin_prefetch(bytes_ + size_offset); }
  static constexpr std::size_t prefetch_distance = 16;

private:
  static constexpr std::size_t version_offset = sizeof(std::int64_t);
  static constexpr std::size_t size_offset = version_offset + sizeof(std::uint64_t);
  static constexpr std::size_t name_offset = size_offset + sizeof(std::uint16_t);
  static constexpr std::uint16_t expires_bit = 0x8000;
  static constexpr std::uint16_t touched_bit = 0x4000;
  static constexpr std::uint16_t erased_bit = 0x2000;
  static constexpr std::uint16_t size_bits = 0x1fff;

  bool has(std::uint16_t bit) const noexcept {
    return (read<std::uint16_t>(size_offset) & bit) != 0;
  }
  void set(std::uint16_t bit, bool is_set) noexcept {
    const auto others = read<std::uint16_t>(size_offset) & ~bit;
    write(size_offset, static_cast<std::uint16_t>(others | (is_set ? bit : 0)));
  }

  template <class T>
  T read(std::size_t offset) const noexcept {
    T value;
    std::memcpy(&value, bytes_ + offset, sizeof value);
    return value;
  }

  template <class T>
  void write(std::size_t offset, T value) noexcept {
    std::memcpy(bytes_ + offset, &value, sizeof value);
  }

  std::byte* bytes_;
};

}  // namespace counter
