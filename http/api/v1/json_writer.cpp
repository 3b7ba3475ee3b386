#include "http/api/v1/json_writer.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <iterator>

namespace http::v1 {

namespace {

constexpr std::size_t key_bytes_max = 60;

bool needs_escape(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || c == '"' || c == '\\';
}

template <class Number>
void append_number(std::string& output, Number number) {
  char digits[24];
  output.append(digits, std::to_chars(std::begin(digits), std::end(digits), number).ptr);
}

}  // namespace

void json_writer::key(std::string_view name) {
  assert(name.size() <= key_bytes_max);
  // Appended at once, because a response has many.
  std::array<char, key_bytes_max + 4> text;
  auto* end = text.data();
  if (needs_comma_)
    *end++ = ',';
  *end++ = '"';
  end = std::copy(name.begin(), name.end(), end);
  *end++ = '"';
  *end++ = ':';
  output_.append(text.data(), end);
  needs_comma_ = false;
}

void json_writer::value(std::string_view text) {
  separate();
  if (std::any_of(text.begin(), text.end(), needs_escape)) {
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
