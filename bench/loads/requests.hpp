#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// The requests that one connection sends in one go. `%020d` in their text (or
/// another width) stands for a number below `names`: drawn anew for each request,
/// or each in turn.
class requests {
public:
  requests(std::string text, std::size_t depth, std::uint64_t names, bool in_turn)
      : names_(names),
        in_turn_(in_turn) {
    const auto pattern = text.find("%0"), end = text.find('d', pattern);
    if (pattern != text.npos && end != text.npos) {
      std::size_t width = 0;
      std::from_chars(text.data() + pattern + 2, text.data() + end, width);
      text.replace(pattern, end + 1 - pattern, width, '0');
      last_digit_ = pattern + width - 1;
      for (auto most = names - 1; most > 0 && digits_ < width; most /= 10)
        ++digits_;
    }
    size_ = text.size();
    for (std::size_t i = 0; i < depth; ++i)
      bytes_ += text;
  }

  /// Valid until the next call. Asks for no memory.
  std::string_view next() {
    if (digits_ > 0)
      for (auto at = last_digit_; at < bytes_.size(); at += size_)
        write(in_turn_ ? next_++ : draw(), at);
    return bytes_;
  }

  /// Each name has had its turn.
  bool is_done() const { return in_turn_ && next_ >= names_; }

private:
  /// Marsaglia's xorshift64, with its high half scaled: as good as it has to be.
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
  const bool in_turn_;
  std::uint64_t next_ = 0;
  std::string bytes_;
  std::size_t size_;            ///< of one request
  std::size_t last_digit_ = 0;  ///< in the first
  std::size_t digits_ = 0;      ///< that differ from name to name
  std::uint64_t state_ = 0x9E3779B97F4A7C15;
};

inline std::string http_request(std::string_view target, std::string_view port) {
  return "GET " + std::string{target} + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::string{port} +
         "\r\n\r\n";
}

/// A command of two words, as clients send it. `%020d` is as long as what it stands for.
inline std::string redis_request(std::string_view verb, std::string_view key) {
  std::size_t size = key.size();
  if (key.starts_with("%0"))
    std::from_chars(key.data() + 2, key.data() + key.size(), size);
  return "*2\r\n$" + std::to_string(verb.size()) + "\r\n" + std::string{verb} + "\r\n$" +
         std::to_string(size) + "\r\n" + std::string{key} + "\r\n";
}
