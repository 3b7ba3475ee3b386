#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace http {

/// Text that a response borrows or owns. It borrows static text and text that outlives it, so that
/// a short response allocates nothing, and owns a string that was composed for it.
class response_text {
public:
  response_text() = default;
  // Implicit, so that responses can be written as initializer lists.
  response_text(std::string_view borrowed) noexcept : borrowed_(borrowed) {}
  response_text(const char* borrowed) noexcept : borrowed_(borrowed) {}
  response_text(std::string owned) noexcept : owned_(std::move(owned)) {}

  /// Valid as long as this object is neither moved nor changed.
  std::string_view view() const noexcept { return owned_.empty() ? borrowed_ : owned_; }
  bool empty() const noexcept { return view().empty(); }

private:
  std::string_view borrowed_;
  std::string owned_;
};

}  // namespace http
