#include "http/api/v1/event_text.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace http::v1;

TEST_CASE("counter_event() has the body of GET, and its version as the id") {
  CHECK(counter_event("hits", counter::state{6, 1018, {}}) ==
        "id: 1018\n"
        "data: {\"name\":\"hits\",\"value\":6,\"version\":1018,\"expires_at\":null}\n\n");
  CHECK(counter_event("x", counter::state{INT64_MIN, UINT64_MAX,
                                          counter::time_point{std::chrono::seconds{1}}}) ==
        "id: 18446744073709551615\n"
        "data: {\"name\":\"x\",\"value\":-9223372036854775808,\"version\":18446744073709551615,"
        "\"expires_at\":\"1970-01-01T00:00:01.000Z\"}\n\n");
  CHECK(counter_event("\"\\<", std::nullopt) == "event: gone\ndata: {\"name\":\"\\\"\\\\<\"}\n\n");
}

TEST_CASE("retry_event() is milliseconds") {
  CHECK(retry_event(std::chrono::milliseconds{1234}) == "retry: 1234\n\n");
}
