#pragma once

#include <string_view>

namespace http {

/// What `GET /` answers.
inline constexpr std::string_view welcome_page =
    R"(counterd counts. A counter has a name and a 64-bit integer; try:

  curl "localhost:8000/set?name=x&val=0"    ok
  curl "localhost:8000/inc?name=x"          ok
  curl "localhost:8000/get?name=x"          x: 1

  ab -n 20000 -c 200 "127.0.0.1:8000/inc?name=i"
  curl "localhost:8000/get?name=i"          i: 20000
)";

}  // namespace http
