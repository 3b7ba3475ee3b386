#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace http {

/// The fields of a header that somebody may ask for, in the order in which they
/// came. Reuses its memory.
class header_fields {
public:
  enum class name : std::uint8_t {
    accept,
    content_type,
    idempotency_key,
    if_match,
    if_none_match,
  };

  void add(name which, std::string_view value);
  void clear() noexcept { bytes_.clear(); }

  /// How many there are.
  std::size_t count(name which) const noexcept;

  /// The value; of several ones, all in one list (RFC 9110 section 5.3). Nothing
  /// when there is none.
  std::optional<std::string> find(name which) const;

  /// Gives memory back where there is more than `kept_bytes` of it.
  void shrink(std::size_t kept_bytes);

private:
  // For each: its name, the size of its value in two bytes, the value. A header
  // is bounded by limits::header_bytes_max.
  std::string bytes_;

  template <class Visit>
  void for_each(Visit visit) const;
};

}  // namespace http
