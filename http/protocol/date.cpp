#include "http/protocol/date.hpp"

namespace http {

void date::refresh(std::time_t now) noexcept {
  if (now == second_)
    return;
  second_ = now;
  std::tm utc{};
  gmtime_r(&now, &utc);
  // The C locale is never left, so that names of days and months are English.
  std::strftime(text_, sizeof text_, "%a, %d %b %Y %H:%M:%S GMT", &utc);
}

}  // namespace http
