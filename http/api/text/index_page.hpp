#pragma once

#include <string_view>

namespace http {

/// The body of the response to `GET /`.
inline constexpr std::string_view index_page =
    R"(counterd counts. A counter has a name and a 64-bit integer; try:

  curl "localhost:8000/set?name=x&val=0"    ok
  curl "localhost:8000/inc?name=x"          ok
  curl "localhost:8000/get?name=x"          x: 1

  ab -n 20000 -c 200 "127.0.0.1:8000/inc?name=i"
  curl "localhost:8000/get?name=i"          i: 20000

Amounts, bounds, expiry, conditions, lists, batches, and increments that can be
retried without counting twice are under /v1; /openapi.json describes them:

  curl -d "delta=5&max=10" localhost:8000/v1/counters/x
  curl "localhost:8000/v1/counters?limit=10"
)";

}  // namespace http
