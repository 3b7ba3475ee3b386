// What a person gives counterctl: a file to import, the address of a server, a condition.

#include "counter/name.hpp"
#include "counterctl/client/server_address.hpp"
#include "counterctl/formats/counter_entry.hpp"
#include "counterctl/formats/line_reader.hpp"
#include "counterctl/formats/threshold.hpp"
#include "counterctl/output/terminal.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>

namespace {

using namespace counterctl;

/// A line that is taken is a counter, and comes back from what an export writes of it.
void check_entry(const std::string& line, file_format format) {
  counter_entry entry;
  try {
    entry = parse_entry(line, format);
  } catch (const std::runtime_error&) {
    return;
  }
  REQUIRE(counter::is_valid_name(entry.name));
  const auto again = parse_entry(to_line({entry.name, entry.value, {}, 0, {}}, format), format);
  REQUIRE(again.name == entry.name && again.value == entry.value && !again.expires_at);
}

void check_address(const std::string& text) {
  try {
    const auto address = parse_server_address(text);
    REQUIRE(!address.host.empty());
    REQUIRE(address.authority.find_first_of("\r\n \t@/") == std::string::npos);
    REQUIRE(address.base_path.find_first_of("\r\n \t?#") == std::string::npos);
    REQUIRE(parse_server_address(to_text(address)) == address);
  } catch (const std::invalid_argument&) {
  }
}

void check_escape(const std::string& text) {
  const auto escaped = escape(text);
  REQUIRE(std::none_of(escaped.begin(), escaped.end(),
                       [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }));
  REQUIRE(escaped.find("\xe2\x80\xae") == std::string::npos);
  REQUIRE(escape(escaped) == escaped);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{reinterpret_cast<const char*>(data), size};
  std::istringstream input{text};
  for (line_reader lines{input}; lines.next();) {
    REQUIRE(lines.line().size() <= 64 * 1024 && lines.line().find('\n') == std::string::npos);
    check_entry(lines.line(), file_format::json);
    check_entry(lines.line(), file_format::csv);
  }
  check_address(text);
  check_escape(text);
  threshold::parse(text);
  return 0;
}
