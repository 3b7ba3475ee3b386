// A cursor is one name and a name is one cursor; so it is with what is encoded.

#include "counter/name.hpp"
#include "counter/utf8.hpp"
#include "http/api/v1/cursor.hpp"
#include "http/api/v1/list_reader.hpp"
#include "http/protocol/percent.hpp"
#include "tests/fuzz/require.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using http::v1::list_parameters;
  using http::v1::parse_cursor;
  using http::v1::to_cursor;
  const std::string text{reinterpret_cast<const char*>(data), size};
  if (const auto name = parse_cursor(text)) {
    REQUIRE(counter::is_valid_name(*name));
    REQUIRE(to_cursor(*name) == text);
    REQUIRE(http::encode(text) == text);
  }
  const auto cursor = to_cursor(text);
  const bool is_name = counter::is_valid_name(text);
  REQUIRE(parse_cursor(cursor).has_value() == is_name);
  if (is_name)
    REQUIRE(parse_cursor(cursor) == text);

  const auto encoded = http::encode(text);
  std::string buffer;
  REQUIRE(http::decode(encoded, true, buffer) == text);
  REQUIRE(http::decode(encoded, false, buffer) == text);
  REQUIRE(http::has_good_encoding(encoded, buffer) == counter::is_valid_utf8(text));

  const auto list = http::v1::read_list("prefix=" + encoded + "&limit=7&cursor=" + cursor);
  REQUIRE(list.has_value() == is_name);
  if (is_name) {
    REQUIRE(list->prefix == text);
    REQUIRE(list->after == text);
  }
  return 0;
}
