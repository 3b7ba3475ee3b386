#include "http/api/v1/stream_reader.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace http::v1;
using names = std::vector<std::string>;

TEST_CASE("read_stream() splits names before it decodes them, and takes each once") {
  struct {
    std::string query;
    names wanted;
  } const cases[] = {
      {"names=a", {"a"}},
      {"names=b,a,b", {"a", "b"}},
      {"names=a%2Cb,c", {"a,b", "c"}},
      {"names=a%2fb,c+d,%26", {"&", "a/b", "c d"}},
      {"last_event_id=7&names=x", {"x"}},
      {"%6eames=x,y", {"x", "y"}},
  };
  for (const auto& [query, wanted] : cases) {
    CAPTURE(query);
    const auto stream = read_stream(query);
    REQUIRE(stream.has_value());
    CHECK(stream->names == wanted);
    CHECK_FALSE(stream->known_version);
  }
}

TEST_CASE("read_stream() refuses what is no list of names") {
  std::string most = "names=0", more;
  for (int i = 1; i < 100; ++i)
    most += "," + std::to_string(i);
  more = most + ",100";
  REQUIRE(read_stream(most).has_value());
  CHECK(read_stream(most)->names.size() == 100);
  struct {
    std::string query;
    http::v1::code code;
  } const cases[] = {
      {"", code::invalid_parameter},
      {"names", code::invalid_name},
      {"names=", code::invalid_name},
      {"names=a,", code::invalid_name},
      {"names=,a", code::invalid_name},
      {"names=%0a", code::invalid_name},
      {"names=" + std::string(257, 'x'), code::invalid_name},
      {"names=a&names=b", code::duplicate_parameter},
      {"names=a&name=b", code::invalid_parameter},
      {more, code::invalid_value},
  };
  for (const auto& [query, code] : cases) {
    CAPTURE(query);
    const auto stream = read_stream(query);
    REQUIRE_FALSE(stream.has_value());
    CHECK(stream.error().code == code);
  }
}

TEST_CASE("read_stream_of_one() takes the version from the field, or else from the query") {
  const auto version = [](std::string_view query, std::string_view field) {
    const auto stream = read_stream_of_one("a,b", query, field);
    REQUIRE(stream.has_value());
    CHECK(stream->names == names{"a,b"});
    return stream->known_version;
  };
  CHECK_FALSE(version("", ""));
  CHECK(version("", "18446744073709551615") == UINT64_MAX);
  CHECK(version("last_event_id=7", "") == 7);
  CHECK(version("last_event_id=7", "8") == 8);
  // Of another server, or no version: as if there were none.
  for (const std::string other : {"18446744073709551616", "-1", "7 ", " 7", "7a", "abc"}) {
    CAPTURE(other);
    CHECK_FALSE(version("", other));
  }
  CHECK_FALSE(read_stream_of_one("", "", "").has_value());
  CHECK_FALSE(read_stream_of_one("x", "names=a", "").has_value());
  CHECK_FALSE(read_stream_of_one("x", "last_event_id=1&last_event_id=2", "").has_value());
}
