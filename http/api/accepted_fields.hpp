#pragma once

#include "rights/grant.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace http {

/// Remembers fields Authorization that were accepted, so that the usual ones are not hashed again:
/// a digest takes as long as a quarter of a pipelined request. One for each event loop, for as many
/// tokens as are busy at a time: idle connections take no room. Each field has one entry that it
/// may be in, and the latest one stays.
class accepted_fields {
public:
  struct entry {
    const rights::grant* grant = nullptr;  ///< null: the entry is empty
    bool is_bearer = false;
  };

  /// Returns the entry of a field; null if it is not remembered. How long that takes does not
  /// depend on the bytes in which a remembered field differs.
  const entry* find(std::string_view field) const noexcept {
    if (!has_room_for(field))
      return nullptr;
    const auto& candidate = slots_[slot_of(field)];
    return candidate.size == field.size() && is_same(candidate, field) ? &candidate.found : nullptr;
  }

  /// Remembers an accepted field, unless it is too long or too short.
  void add(std::string_view field, const entry& accepted) noexcept {
    if (!has_room_for(field))
      return;
    auto& taken = slots_[slot_of(field)];
    taken.found = accepted;
    taken.size = static_cast<std::uint8_t>(field.size());
    std::memcpy(taken.text.data(), field.data(), field.size());
  }

  /// Forgets everything. Call it when the tokens change: entries refer to the old ones.
  void clear() noexcept { slots_.fill({}); }

private:
  using word = std::uint64_t;

  /// A token in Bearer takes 49 bytes, in Basic 66 with a short user name.
  static constexpr std::size_t bytes_max = 112;
  /// From here to the end a field is random: the last bytes of Basic may be padding.
  static constexpr std::size_t tail_bytes = 12;

  struct slot {
    entry found{};
    std::uint8_t size = 0;
    std::array<char, bytes_max> text{};
  };

  static bool has_room_for(std::string_view field) noexcept {
    return field.size() >= tail_bytes && field.size() <= bytes_max;
  }

  static word word_at(const char* bytes) noexcept {
    word result;
    std::memcpy(&result, bytes, sizeof result);
    return result;
  }

  static std::size_t slot_of(std::string_view field) noexcept {
    constexpr word golden_ratio = 0x9e3779b97f4a7c15;  // Fibonacci hashing
    return word_at(field.data() + field.size() - tail_bytes) * golden_ratio >> 56;
  }

  /// Looks at all bytes, whatever it finds. Precondition: the sizes are equal.
  static bool is_same(const slot& candidate, std::string_view field) noexcept {
    const auto* stored = candidate.text.data();
    const auto* given = field.data();
    const auto last = field.size() - sizeof(word);
    word difference = word_at(stored + last) ^ word_at(given + last);
    for (std::size_t i = 0; i < last; i += sizeof(word))
      difference |= word_at(stored + i) ^ word_at(given + i);
    return difference == 0;
  }

  std::array<slot, 256> slots_{};
};

}  // namespace http
