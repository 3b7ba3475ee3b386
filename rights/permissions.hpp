#pragma once

#include "rights/scope.hpp"

namespace rights {

enum class verdict { allowed, read_only, forbidden };

/// What one client may do.
class permissions {
public:
  constexpr permissions(scope_set scopes, bool is_read_only) noexcept
      : scopes_(scopes),
        is_read_only_(is_read_only) {}

  /// Decides on a request, or an operation of a batch, that needs `needed`.
  constexpr verdict check(scope needed) const noexcept {
    if (!scopes_.contains(needed))
      return verdict::forbidden;
    return is_read_only_ && changes_counters(needed) ? verdict::read_only : verdict::allowed;
  }

private:
  static constexpr bool changes_counters(scope scope) noexcept {
    return scope == scope::add || scope == scope::write || scope == scope::remove;
  }

  scope_set scopes_;
  bool is_read_only_;
};

}  // namespace rights
