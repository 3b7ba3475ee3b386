#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace http::v1 {

/// Writes JSON text (RFC 8259). Without a tree of values in between, because building, moving and
/// freeing one takes longer than everything else that a response does.
///
/// The caller nests begin and end calls, and writes members into objects only, elements into arrays
/// only. Functions throw std::bad_alloc; the text is then unspecified.
class json_writer {
public:
  /// Has room for `bytes`, and takes more when they are used up.
  explicit json_writer(std::size_t bytes = 0) : text_(std::max(bytes, bytes_min), '\0') {}

  json_writer(const json_writer&) = delete;
  json_writer& operator=(const json_writer&) = delete;

  void begin_object() { begin('{'); }
  void end_object() { end('}'); }
  void begin_array() { begin('['); }
  void end_array() { end(']'); }

  /// Begins the member `name` of an object; one value, object or array must follow. `name` must
  /// need no escapes.
  void key(std::string_view name) { end_ = put_key(room(key_bytes(name)), name); }

  void value(std::string_view text);
  void value(const char* text) { value(std::string_view{text}); }
  void value(std::same_as<bool> auto flag) { raw(flag ? "true" : "false"); }
  void value(std::nullptr_t) { raw("null"); }
  template <std::integral Number>
  requires(!std::same_as<Number, bool>) void value(Number number) {
    end_ = put_number(put_comma(room(1 + number_bytes)), number);
  }
  /// An integer if it is one and exact; otherwise the shortest text that is read back as the same
  /// number; null if it is not finite.
  template <std::floating_point Number>
  void value(Number number) {
    if (!std::isfinite(number))
      return value(nullptr);
    constexpr Number exact_max = 9'007'199'254'740'992;  // 2^53
    if (std::trunc(number) == number && std::abs(number) <= exact_max)
      return value(static_cast<std::int64_t>(number));
    char* const at = put_comma(room(1 + float_bytes));
    end_ = std::to_chars(at, at + float_bytes, number).ptr;
  }
  /// nullopt is null.
  template <class T>
  void value(const std::optional<T>& optional) {
    optional ? value(*optional) : value(nullptr);
  }

  template <class T>
  void member(std::string_view name, const T& content) {
    key(name);
    value(content);
  }
  template <std::integral Number>
  requires(!std::same_as<Number, bool>) void member(std::string_view name, const Number& number) {
    end_ = put_number(put_key(room(key_bytes(name) + number_bytes), name), number);
  }

  /// Ends the text with a newline, which terminals need, and returns it.
  std::string finish() &&;

private:
  static constexpr std::size_t bytes_min = 256;
  static constexpr std::size_t number_bytes = 20;
  static constexpr std::size_t float_bytes = 32;
  /// A comma, quotes and a colon.
  static constexpr std::size_t key_bytes(std::string_view name) noexcept { return name.size() + 4; }

  /// Returns the end of the text, behind which there are at least `bytes`.
  char* room(std::size_t bytes) {
    if (static_cast<std::size_t>(text_.data() + text_.size() - end_) < bytes)
      grow(bytes);
    return end_;
  }
  void grow(std::size_t bytes);

  // These write to `at`, where there is room, and return the end of what they wrote.

  char* put_comma(char* at) noexcept {
    *at = ',';
    at += needs_comma_ ? 1 : 0;
    needs_comma_ = true;
    return at;
  }
  static char* put_text(char* at, std::string_view text) noexcept {
    std::memcpy(at, text.data(), text.size());
    return at + text.size();
  }
  char* put_key(char* at, std::string_view name) noexcept {
    at = put_comma(at);
    *at++ = '"';
    at = put_text(at, name);
    needs_comma_ = false;
    return put_text(at, "\":");
  }
  char* put_number(char* at, std::integral auto number) noexcept {
    needs_comma_ = true;
    return std::to_chars(at, at + number_bytes, number).ptr;
  }

  void raw(std::string_view text) { end_ = put_text(put_comma(room(1 + text.size())), text); }
  void begin(char bracket) {
    auto* const at = put_comma(room(2));
    *at = bracket;
    end_ = at + 1;
    needs_comma_ = false;
  }
  void end(char bracket) {
    *room(1) = bracket;
    ++end_;
    needs_comma_ = true;
  }

  std::string text_;          // and behind it room, up to size()
  char* end_ = text_.data();  // of the text
  bool needs_comma_ = false;  // before the next member or element
};

/// Returns the text of an object whose members `write` writes. It has room for `bytes` at once.
template <std::invocable<json_writer&> Write>
std::string json_object(Write write, std::size_t bytes = 0) {
  json_writer writer{bytes};
  writer.begin_object();
  write(writer);
  writer.end_object();
  return std::move(writer).finish();
}

}  // namespace http::v1
