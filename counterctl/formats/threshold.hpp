#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace counterctl {

/// A condition on a value: `>=100`, `<0`, `=5`, `!=0`.
class threshold {
public:
  /// Returns nullopt for anything else.
  static std::optional<threshold> parse(std::string_view text) noexcept;

  bool holds(std::int64_t value) const noexcept;

private:
  enum class relation { less, less_or_equal, equal, not_equal, greater_or_equal, greater };

  threshold(relation meaning, std::int64_t bound) : relation_(meaning), bound_(bound) {}

  relation relation_;
  std::int64_t bound_;
};

}  // namespace counterctl
