#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The requests that a connection sends at once: `depth` copies of one text.
///
/// Each `%020d` in the text (or another width) stands for a number below `names`, drawn
/// for each request; each `%020u` for 0, 1, 2 and so on, unique in a run.
class requests {
public:
  requests(std::string text, std::size_t depth, std::uint64_t names) : names_(names) {
    for (auto begin = text.find("%0"); begin != text.npos; begin = text.find("%0", begin + 2)) {
      const auto end = text.find_first_of("du", begin);
      if (end == text.npos)
        break;
      const bool is_unique = text[end] == 'u';
      std::size_t width = 0;
      std::from_chars(text.data() + begin + 2, text.data() + end, width);
      text.replace(begin, end + 1 - begin, width, '0');
      places_.push_back(
          {is_unique, digits_of(is_unique ? UINT64_MAX : names - 1, width), begin + width - 1});
    }
    size_ = text.size();
    for (std::size_t i = 0; i < depth; ++i)
      bytes_ += text;
  }

  /// Valid until the next call. Allocates nothing.
  std::string_view next() {
    for (const auto& each : places_)
      for (auto at = each.last_digit; at < bytes_.size(); at += size_)
        write(each.is_unique ? next_++ : draw(), each.digits, at);
    return bytes_;
  }

private:
  struct place {
    bool is_unique;
    std::size_t digits;      ///< that differ from request to request
    std::size_t last_digit;  ///< in the first request
  };

  static std::size_t digits_of(std::uint64_t most, std::size_t width) {
    std::size_t digits = 0;
    for (; most > 0 && digits < width; most /= 10)
      ++digits;
    return digits;
  }

  /// Marsaglia's xorshift64; its high half is scaled.
  std::uint64_t draw() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return ((state_ >> 32) * names_) >> 32;
  }

  void write(std::uint64_t number, std::size_t digits, std::size_t last) {
    for (std::size_t i = 0; i < digits; ++i, number /= 10)
      bytes_[last - i] = static_cast<char>('0' + number % 10);
  }

  const std::uint64_t names_;  ///< fewer than 2^32
  std::vector<place> places_;
  std::uint64_t next_ = 0;
  std::string bytes_;
  std::size_t size_;  ///< of one request
  std::uint64_t state_ = 0x9E3779B97F4A7C15;
};
