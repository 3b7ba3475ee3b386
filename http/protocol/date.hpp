#pragma once

#include <ctime>
#include <string_view>

namespace http {

/// The value of the Date field, an IMF-fixdate (RFC 9110 section 5.6.7), made
/// at most once a second. One per event loop.
class date {
public:
  /// Makes it say `now`.
  void refresh(std::time_t now) noexcept;

  /// Valid until the next refresh().
  std::string_view text() const noexcept { return {text_, sizeof text_ - 1}; }

private:
  std::time_t second_ = -1;
  char text_[sizeof "Thu, 01 Jan 1970 00:00:00 GMT"] = "Thu, 01 Jan 1970 00:00:00 GMT";
};

}  // namespace http
