#pragma once

#include "rights/grant.hpp"
#include "rights/scope.hpp"

#include <cstdint>
#include <string_view>

namespace rights {

enum class verdict : std::uint8_t {
  allowed,
  read_only,
  forbidden,        ///< the scope is missing
  other_name,       ///< the name begins with none of the token's prefixes
  other_delta,      ///< the delta is out of the token's range
  bounded_options,  ///< a token with a range of deltas may not say where a counter starts or ends
};

/// Where the rights of a client come from.
enum class authority : std::uint8_t {
  address,    ///< from its address: the server has no tokens
  anonymous,  ///< from its address: the request has no token, of which the server has some
  token,
};

/// What one client may do.
class permissions {
public:
  constexpr permissions(scope_set scopes, bool is_read_only,
                        rights::authority authority = rights::authority::address) noexcept
      : scopes_(scopes),
        is_read_only_(is_read_only),
        authority_(authority) {}

  /// The permissions of a token. Borrows `grant`.
  permissions(const rights::grant& grant, bool is_read_only) noexcept
      : scopes_(grant.scopes),
        is_read_only_(is_read_only),
        authority_(rights::authority::token),
        has_limits_(!grant.prefixes.empty() || grant.deltas),
        grant_(&grant) {}

  /// Decides on a request, or an operation of a batch, that needs `needed`, whatever it names.
  constexpr verdict check(scope needed) const noexcept {
    if (!scopes_.contains(needed))
      return verdict::forbidden;
    return is_read_only_ && changes_counters(needed) ? verdict::read_only : verdict::allowed;
  }

  /// Decides on a batch before its operations are known: returns `forbidden` if the client may send
  /// none of them.
  constexpr verdict check_any_operation() const noexcept {
    return scopes_.contains(scope::read) || scopes_.contains(scope::add) ||
                   scopes_.contains(scope::write) || scopes_.contains(scope::remove)
               ? verdict::allowed
               : verdict::forbidden;
  }

  /// Returns true if a token limits names or deltas: then the functions below may refuse.
  constexpr bool has_limits() const noexcept { return has_limits_; }

  /// Decides on the name of a counter, or the prefix of a list.
  verdict check_name(std::string_view name_or_prefix) const noexcept {
    return grant_ == nullptr || grant_->covers(name_or_prefix) ? verdict::allowed
                                                               : verdict::other_name;
  }

  /// Decides on an addition of `delta`. `has_options`: it says where the counter starts, what its
  /// bounds are or when it expires.
  verdict check_addition(std::int64_t delta, bool has_options) const noexcept {
    if (grant_ == nullptr || !grant_->deltas)
      return verdict::allowed;
    if (has_options)
      return verdict::bounded_options;
    return grant_->deltas->contains(delta) ? verdict::allowed : verdict::other_delta;
  }

  /// Returns true if nobody may change a counter.
  constexpr bool is_read_only() const noexcept { return is_read_only_; }

  constexpr rights::authority authority() const noexcept { return authority_; }

  /// Returns what the token gives; null if there is no token.
  constexpr const rights::grant* grant() const noexcept { return grant_; }

private:
  static constexpr bool changes_counters(scope scope) noexcept {
    return scope == scope::add || scope == scope::write || scope == scope::remove;
  }

  scope_set scopes_;
  bool is_read_only_;
  rights::authority authority_;
  bool has_limits_ = false;
  const rights::grant* grant_ = nullptr;
};

}  // namespace rights
