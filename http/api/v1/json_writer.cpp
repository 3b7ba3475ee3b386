#include "http/api/v1/json_writer.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>

namespace http::v1 {

namespace {

/// Eight bytes at a time: see "Determine if a word has a byte less than n" in Anderson, "Bit
/// Twiddling Hacks".
class eight_bytes {
public:
  explicit eight_bytes(const char* bytes) noexcept { std::memcpy(&word_, bytes, sizeof word_); }

  bool need_escapes() const noexcept {
    return (less_than(word_, 0x20) | less_than(word_ ^ all('"'), 1) |
            less_than(word_ ^ all('\\'), 1)) != 0;
  }

private:
  static constexpr std::uint64_t all(unsigned char byte) noexcept {
    return ~std::uint64_t{0} / 255 * byte;
  }
  static constexpr std::uint64_t less_than(std::uint64_t word, unsigned char bound) noexcept {
    return (word - all(bound)) & ~word & all(0x80);
  }

  std::uint64_t word_;
};

bool needs_escapes(std::string_view text) noexcept {
  constexpr std::size_t step = sizeof(std::uint64_t);
  for (; text.size() >= step; text.remove_prefix(step))
    if (eight_bytes{text.data()}.need_escapes())
      return true;
  std::array<char, step> rest;
  rest.fill(' ');
  std::copy(text.begin(), text.end(), rest.begin());
  return eight_bytes{rest.data()}.need_escapes();
}

template <class Number>
void append_number(std::string& output, Number number) {
  char digits[24];
  const char* const end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  output.append(digits, static_cast<std::size_t>(end - digits));
}

}  // namespace

void json_writer::value(std::string_view text) {
  separate();
  if (needs_escapes(text)) {
    output_ += boost::json::serialize(boost::json::string{text});
  } else {
    output_ += '"';
    output_ += text;
    output_ += '"';
  }
}

void json_writer::begin(char bracket) {
  separate();
  output_ += bracket;
  needs_comma_ = false;
}

void json_writer::end(char bracket) {
  output_ += bracket;
  needs_comma_ = true;
}

void json_writer::separate() {
  if (needs_comma_)
    output_ += ',';
  needs_comma_ = true;
}

void json_writer::raw(std::string_view text) {
  separate();
  output_ += text;
}

void json_writer::integer(long long number) {
  separate();
  append_number(output_, number);
}

void json_writer::natural(unsigned long long number) {
  separate();
  append_number(output_, number);
}

}  // namespace http::v1
