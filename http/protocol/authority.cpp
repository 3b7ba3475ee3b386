#include "http/protocol/authority.hpp"

#include <boost/url/parse.hpp>

#include <algorithm>
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
  // This runs for every request. The library unrolls these loops.
  const auto* end = value.data() + value.size();
  const auto* next =
      std::find_if_not(value.data(), end, [](unsigned char c) { return is_name[c]; });
  if (next == end)
    return true;
  return *next == ':' && std::all_of(next + 1, end, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool is_authority(std::string_view value) noexcept {
  if (is_plain(value))
    return true;
  const auto parsed = boost::urls::parse_authority(value);
  return parsed && !parsed->has_userinfo();
}

}  // namespace http
