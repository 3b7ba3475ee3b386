#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace http::v1 {

/// A value of a JSON text (RFC 8259); of an object or a list only that it is one. Text is borrowed.
class json_value {
public:
  enum class kind_type : std::uint8_t {
    object,
    list,
    string,
    integer,  ///< a number without a fraction or an exponent that fits an int64
    boolean,
    other,  ///< null, or any other number
  };

  explicit json_value(kind_type kind) noexcept : kind_(kind) {}
  explicit json_value(std::string_view text) noexcept : kind_(kind_type::string), text_(text) {}
  explicit json_value(std::int64_t number) noexcept : kind_(kind_type::integer), number_(number) {}
  explicit json_value(bool boolean) noexcept
      : kind_(kind_type::boolean),
        number_(boolean ? 1 : 0) {}

  bool is(kind_type kind) const noexcept { return kind_ == kind; }

  /// These return nullopt if the value is of another kind.
  std::optional<std::string_view> if_string() const noexcept {
    return is(kind_type::string) ? std::optional{text_} : std::nullopt;
  }
  std::optional<std::int64_t> if_integer() const noexcept {
    return is(kind_type::integer) ? std::optional{number_} : std::nullopt;
  }
  std::optional<bool> if_boolean() const noexcept {
    return is(kind_type::boolean) ? std::optional{number_ != 0} : std::nullopt;
  }

private:
  kind_type kind_;
  std::int64_t number_ = 0;
  std::string_view text_{};
};

}  // namespace http::v1
