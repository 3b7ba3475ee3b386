#include "http/protocol/authority.hpp"

#include <boost/url/parse.hpp>

#include <array>

namespace http {

namespace {

/// Returns true for the usual: letters, digits, `.` and `-`, and a port.
bool is_plain(std::string_view value) noexcept {
  static constexpr auto is_name = [] {
    std::array<bool, 256> table{};
    for (const unsigned char c :
         std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"})
      table[c] = true;
    return table;
  }();
  std::size_t i = 0;
  while (i < value.size() && is_name[static_cast<unsigned char>(value[i])])
    ++i;
  if (i < value.size() && value[i] == ':')
    while (++i < value.size() && value[i] >= '0' && value[i] <= '9') {
    }
  return i == value.size();
}

}  // namespace

bool is_authority(std::string_view value) noexcept {
  if (is_plain(value))
    return true;
  const auto parsed = boost::urls::parse_authority(value);
  return parsed && !parsed->has_userinfo();
}

}  // namespace http
