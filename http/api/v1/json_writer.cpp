#include "http/api/v1/json_writer.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

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

  void store(char* bytes) const noexcept { std::memcpy(bytes, &word_, sizeof word_); }

private:
  static constexpr std::uint64_t all(unsigned char byte) noexcept {
    return ~std::uint64_t{0} / 255 * byte;
  }
  static constexpr std::uint64_t less_than(std::uint64_t word, unsigned char bound) noexcept {
    return (word - all(bound)) & ~word & all(0x80);
  }

  std::uint64_t word_;
};

/// Copies `text` to `at`. Returns false if it needs escapes; then what was copied is unspecified.
bool copy_plain(std::string_view text, char* at) noexcept {
  constexpr std::size_t step = sizeof(std::uint64_t);
  if (text.size() < step) {
    std::array<char, step> padded;
    padded.fill(' ');
    std::copy(text.begin(), text.end(), padded.begin());
    std::copy(text.begin(), text.end(), at);
    return !eight_bytes{padded.data()}.need_escapes();
  }
  const auto copy_eight = [&](std::size_t position) {
    const eight_bytes bytes{text.data() + position};
    bytes.store(at + position);
    return !bytes.need_escapes();
  };
  const auto last = text.size() - step;
  for (std::size_t position = 0; position < last; position += step)
    if (!copy_eight(position))
      return false;
  return copy_eight(last);
}

}  // namespace

void json_writer::value(std::string_view text) {
  auto* at = put_comma(room(1 + 2 + text.size()));
  if (copy_plain(text, at + 1)) {
    *at = '"';
    at += 1 + text.size();
    *at++ = '"';
    end_ = at;
  } else {
    end_ = at;
    const auto escaped = boost::json::serialize(boost::json::string{text});
    end_ = put_text(room(escaped.size()), escaped);
  }
}

std::string json_writer::finish() && {
  *room(1) = '\n';
  ++end_;
  text_.resize(static_cast<std::size_t>(end_ - text_.data()));
  return std::move(text_);
}

void json_writer::grow(std::size_t bytes) {
  const auto used = static_cast<std::size_t>(end_ - text_.data());
  text_.resize(std::max(used + bytes, 2 * text_.size()));
  end_ = text_.data() + used;
}

}  // namespace http::v1
