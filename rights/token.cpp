#include "rights/token.hpp"

#include <boost/crc.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

#include <sys/random.h>

namespace rights {

namespace {

constexpr std::string_view digits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The greatest multiple of 62 that a byte can count to. Greater bytes are drawn again: otherwise
/// the first digits would be more likely than the others.
constexpr unsigned fair_bytes = 256 / digits.size() * digits.size();

void fill_randomly(std::array<std::uint8_t, 64>& bytes) {
  for (std::size_t filled = 0; filled < bytes.size();) {
    const auto count = ::getrandom(bytes.data() + filled, bytes.size() - filled, 0);
    if (count > 0)
      filled += static_cast<std::size_t>(count);
    else if (errno != EINTR)
      throw std::system_error(errno, std::generic_category(), "no random numbers");
  }
}

/// Returns 6 digits: 62 to the power of 6 is more than 2 to the power of 32.
std::array<char, token_check_chars> check_of(std::string_view text) noexcept {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  std::uint32_t rest = crc.checksum();
  std::array<char, token_check_chars> check;
  for (auto digit = check.rbegin(); digit != check.rend(); ++digit) {
    *digit = digits[rest % digits.size()];
    rest /= static_cast<std::uint32_t>(digits.size());
  }
  return check;
}

}  // namespace

std::string make_token() {
  std::string token{token_prefix};
  std::array<std::uint8_t, 64> bytes;
  while (token.size() < token_prefix.size() + token_random_chars) {
    fill_randomly(bytes);
    for (const auto byte : bytes)
      if (byte < fair_bytes && token.size() < token_prefix.size() + token_random_chars)
        token += digits[byte % digits.size()];
  }
  const auto check = check_of(token);
  token.append(check.data(), check.size());
  return token;
}

bool is_well_formed_token(std::string_view text) noexcept {
  if (text.size() != token_bytes || !text.starts_with(token_prefix) ||
      text.substr(token_prefix.size()).find_first_not_of(digits) != text.npos)
    return false;
  const auto check = check_of(text.substr(0, token_bytes - token_check_chars));
  return std::equal(check.begin(), check.end(), text.end() - token_check_chars);
}

}  // namespace rights
