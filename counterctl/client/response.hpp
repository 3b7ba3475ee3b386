#pragma once

#include <chrono>
#include <string>

namespace counterctl {

/// What a server, or a proxy before it, has answered.
struct response {
  int status = 0;
  std::string body{};
  std::chrono::seconds retry_after{0};  ///< 0 also if it is missing or a date
  std::string location{};
  bool is_replayed = false;   ///< the server has repeated the response to an earlier request
  bool was_in_doubt = false;  ///< an earlier attempt may have been carried out

  bool is_success() const noexcept { return status >= 200 && status < 300; }
};

}  // namespace counterctl
