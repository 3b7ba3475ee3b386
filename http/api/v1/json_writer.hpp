#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace http::v1 {

/// Appends JSON text (RFC 8259) to a string. Without a tree of values in between, because building,
/// moving and freeing one takes longer than everything else that a response does.
///
/// The caller nests begin and end calls, and writes members into objects only, elements into arrays
/// only. Functions throw std::bad_alloc; the text is then unspecified.
class json_writer {
public:
  /// Borrows `output`.
  explicit json_writer(std::string& output) noexcept : output_(output) {}

  void begin_object() { begin('{'); }
  void end_object() { end('}'); }
  void begin_array() { begin('['); }
  void end_array() { end(']'); }

  /// Begins the member `name` of an object; one value, object or array must follow. `name` must
  /// need no escapes, and have at most 60 bytes.
  void key(std::string_view name) {
    key_text text;
    append(text, put_key(text, name));
  }

  void value(std::string_view text);
  void value(const char* text) { value(std::string_view{text}); }
  void value(std::same_as<bool> auto flag) { raw(flag ? "true" : "false"); }
  void value(std::nullptr_t) { raw("null"); }
  template <std::integral Number>
  requires(!std::same_as<Number, bool>) void value(Number number) {
    if constexpr (std::is_signed_v<Number>)
      integer(number);
    else
      natural(number);
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
  /// Appends name and number at once, because lists and batches have thousands.
  template <std::integral Number>
  requires(!std::same_as<Number, bool>) void member(std::string_view name, const Number& number) {
    key_text text;
    auto* const end = put_key(text, name);
    append(text, std::to_chars(end, end + number_bytes_max, number).ptr);
    needs_comma_ = true;
  }

private:
  static constexpr std::size_t key_bytes_max = 60;
  static constexpr std::size_t number_bytes_max = 24;
  /// A comma, quotes, a colon, and a number.
  using key_text = std::array<char, key_bytes_max + 4 + number_bytes_max>;

  /// Returns the end of what it puts at the beginning of `text`.
  char* put_key(key_text& text, std::string_view name) noexcept {
    assert(name.size() <= key_bytes_max);
    auto* end = text.data();
    if (needs_comma_)
      *end++ = ',';
    *end++ = '"';
    end = std::copy(name.begin(), name.end(), end);
    *end++ = '"';
    *end++ = ':';
    needs_comma_ = false;
    return end;
  }

  void append(const key_text& text, const char* end) {
    output_.append(text.data(), static_cast<std::size_t>(end - text.data()));
  }

  void begin(char bracket);
  void end(char bracket);
  void separate();
  void raw(std::string_view text);
  void integer(long long number);
  void natural(unsigned long long number);

  std::string& output_;
  bool needs_comma_ = false;  // before the next member or element
};

/// Returns the text of an object whose members `write` writes, and a newline, which terminals need.
/// It has room for `bytes` at once.
template <std::invocable<json_writer&> Write>
std::string json_object(Write write, std::size_t bytes = 0) {
  std::string text;
  text.reserve(bytes);
  json_writer writer{text};
  writer.begin_object();
  write(writer);
  writer.end_object();
  text += '\n';
  return text;
}

}  // namespace http::v1
