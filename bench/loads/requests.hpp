#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// The requests that a connection sends at once: `depth` copies of one text.
///
/// `%020d` in the text (or another width) stands for a number below `names`, drawn
/// for each request; `%020u` for 0, 1, 2 and so on, unique in a run.
class requests {
public:
  requests(std::string text, std::size_t depth, std::uint64_t names) : names_(names) {
    const auto pattern = text.find("%0"), end = text.find_first_of("du", pattern);
    if (pattern != text.npos && end != text.npos) {
      in_turn_ = text[end] == 'u';
      std::size_t width = 0;
      std::from_chars(text.data() + pattern + 2, text.data() + end, width);
      text.replace(pattern, end + 1 - pattern, width, '0');
      last_digit_ = pattern + width - 1;
      for (auto most = in_turn_ ? UINT64_MAX : names - 1; most > 0 && digits_ < width; most /= 10)
        ++digits_;
    }
    size_ = text.size();
    for (std::size_t i = 0; i < depth; ++i)
      bytes_ += text;
  }

  /// Valid until the next call. Allocates nothing.
  std::string_view next() {
    if (digits_ > 0)
      for (auto at = last_digit_; at < bytes_.size(); at += size_)
        write(in_turn_ ? next_++ : draw(), at);
    return bytes_;
  }

private:
  /// Marsaglia's xorshift64; its high half is scaled.
  std::uint64_t draw() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return ((state_ >> 32) * names_) >> 32;
  }

  void write(std::uint64_t number, std::size_t last) {
    for (std::size_t i = 0; i < digits_; ++i, number /= 10)
      bytes_[last - i] = static_cast<char>('0' + number % 10);
  }

  const std::uint64_t names_;  ///< fewer than 2^32
  bool in_turn_ = false;
  std::uint64_t next_ = 0;
  std::string bytes_;
  std::size_t size_;            ///< of one request
  std::size_t last_digit_ = 0;  ///< in the first request
  std::size_t digits_ = 0;      ///< that differ from request to request
  std::uint64_t state_ = 0x9E3779B97F4A7C15;
};
