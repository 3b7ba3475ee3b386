// Whatever is decoded out of a request target is UTF-8, and a value that needs
// no decoding is taken as it is.

#include "counter/utf8.hpp"
#include "http/protocol/target.hpp"
#include "tests/fuzz/require.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

/// One byte after the other, by RFC 3986 section 2.1 and the form encoding.
std::string decode_naively(std::string_view text) {
  auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      decoded += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string raw{reinterpret_cast<const char*>(data), size};
  http::target target;
  if (target.parse(raw) != http::target::defect::none)
    return 0;
  for (std::string_view name : {"name", "val"}) {
    const auto [lookup, value] = target.find(name);
    REQUIRE(counter::is_valid_utf8(value));
    REQUIRE(value.size() <= raw.size());
    if (lookup == http::target::lookup::missing)
      REQUIRE(value.empty());
  }
  // The same question to an oracle that shares no code.
  const auto request = raw.find('?');
  if (request == raw.npos || !raw.starts_with('/'))
    return 0;
  std::size_t seen = 0;
  std::string first;
  for (auto rest = raw.substr(request + 1);;) {
    const auto end = rest.find('&');
    const auto pair = rest.substr(0, end);
    const auto equals = pair.find('=');
    if (decode_naively(pair.substr(0, equals)) == "name" && seen++ == 0)
      first = equals == pair.npos ? "" : decode_naively(pair.substr(equals + 1));
    if (end == rest.npos)
      break;
    rest = rest.substr(end + 1);
  }
  const auto [lookup, value] = target.find("name");
  REQUIRE((lookup == http::target::lookup::missing) == (seen == 0));
  REQUIRE((lookup == http::target::lookup::repeated) == (seen > 1));
  if (seen == 1)
    REQUIRE(value == first);
  return 0;
}
