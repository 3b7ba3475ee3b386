#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace support {

/// The tokens that this program has made: no server may write one anywhere.
inline std::vector<std::string>& secrets() {
  static std::vector<std::string> all;
  return all;
}

/// Throws if a token is in what a server has sent or logged.
inline void refuse_secrets(std::string_view text) {
  for (const auto& secret : secrets())
    if (text.find(secret) != text.npos)
      throw std::runtime_error{"a token is in " + std::string{text}};
}

}  // namespace support
