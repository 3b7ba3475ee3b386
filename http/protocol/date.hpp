#pragma once

#include <ctime>
#include <string_view>

namespace http {

/// The value of the Date field, an IMF-fixdate (RFC 9110 section 5.6.7), rendered at most once a
/// second. One for each event loop, used on its thread: text() changes a cache.
class date {
public:
  /// Borrows `now`: text() renders its value at the time of the call.
  explicit date(const std::time_t& now) noexcept : now_(now) {}

  /// The view is valid until the next call.
  std::string_view text() const noexcept {
    if (now_ != second_)
      render();
    return {text_, sizeof text_ - 1};
  }

private:
  void render() const noexcept;

  const std::time_t& now_;
  mutable std::time_t second_ = 0;  // rendered in text_
  mutable char text_[sizeof "Thu, 01 Jan 1970 00:00:00 GMT"] = "Thu, 01 Jan 1970 00:00:00 GMT";
};

}  // namespace http
