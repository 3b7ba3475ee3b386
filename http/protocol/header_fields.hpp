#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace http {

/// The header fields that handlers use, in the order of arrival. Stored in one buffer that is
/// reused for the next request.
class header_fields {
public:
  enum class name : std::uint8_t {
    accept,
    accepts_gzip,  ///< an Accept-Encoding that names gzip, and does not refuse it
    access_control_request_method,
    authorization,
    browser_agent,  ///< a User-Agent that begins with Mozilla/
    content_encoding,
    content_range,
    content_type,
    forwarded,      ///< Forwarded, Via, X-Real-IP, or one of the other X-Forwarded-*
    forwarded_for,  ///< X-Forwarded-For
    host,           ///< unless it is a known host, see request
    idempotency_key,
    idempotency_key_ttl,
    if_match,
    if_none_match,
    last_event_id,
    origin,
    purpose,         ///< Sec-Purpose, and its forerunners Purpose, X-Purpose and X-Moz
    requested_with,  ///< X-Requested-With
    sec_fetch_site,
  };

  /// Copies `value`, at most 65535 bytes.
  void add(name field, std::string_view value);
  void clear() noexcept {
    bytes_.clear();
    present_ = 0;
  }

  /// Returns true if there is a field with this name.
  bool has(name field) const noexcept { return (present_ & bit(field)) != 0; }

  /// Returns true if there is a field with one of these names.
  bool has_any(std::initializer_list<name> fields) const noexcept {
    unsigned bits = 0;
    for (const auto field : fields)
      bits |= bit(field);
    return (present_ & bits) != 0;
  }

  /// Returns true if a proxy has sent the request.
  bool are_forwarded() const noexcept { return has_any({name::forwarded, name::forwarded_for}); }

  /// Returns the number of fields with this name.
  std::size_t count(name field) const noexcept;

  /// Returns the value of a field that is there once; nullopt if it is missing or repeated. Valid
  /// until the fields change.
  std::optional<std::string_view> find_single(name field) const noexcept;

  /// Returns the value; the values of repeated fields joined by `, ` (RFC 9110 section 5.3);
  /// nullopt if there is no such field.
  std::optional<std::string> find(name field) const;

  /// Frees the buffer, and the fields in it, if it is larger than `bytes_max`.
  void shrink(std::size_t bytes_max);

private:
  static constexpr unsigned bit(name field) noexcept { return 1u << static_cast<unsigned>(field); }

  // For each field: its name, the size of its value in two bytes, the value.
  std::string bytes_;
  unsigned present_ = 0;  // a set of names

  template <class Visit>
  void for_each(Visit visit) const;
};

}  // namespace http
