#include "http/protocol/date.hpp"

namespace http {

void date::render() const noexcept {
  second_ = now_;
  std::tm utc{};
  gmtime_r(&second_, &utc);
  // The program stays in the C locale, so the names of days and months are English.
  std::strftime(text_, sizeof text_, "%a, %d %b %Y %H:%M:%S GMT", &utc);
}

}  // namespace http
