#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace http {

/// Text that a response borrows or owns. Static text and what outlives the response is
/// borrowed, so that a short response allocates nothing; text that was made for it is
/// moved in.
class response_text {
public:
  response_text() = default;
  // Implicit, so that a response is written as a list of its members.
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
