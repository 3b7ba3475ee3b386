#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace rights {

/// A right that a request may need. Everybody has `none`.
enum class scope : std::uint8_t { none, read, list, add, write, remove, metrics, admin };

/// All scopes but `none`.
inline constexpr std::array every_scope{scope::read,   scope::list,    scope::add,  scope::write,
                                        scope::remove, scope::metrics, scope::admin};

/// Returns the name that users give and see: `delete` for `remove`; static.
std::string_view name_of(scope scope) noexcept;

/// Returns the scope that name_of() returns `name` for; nullopt if there is none.
std::optional<scope> scope_named(std::string_view name) noexcept;

/// A set of scopes. It always contains `none`.
class scope_set {
public:
  constexpr scope_set() noexcept = default;
  constexpr scope_set(std::initializer_list<scope> scopes) noexcept {
    for (const auto scope : scopes)
      add(scope);
  }

  static constexpr scope_set all() noexcept {
    scope_set set;
    for (const auto scope : every_scope)
      set.add(scope);
    return set;
  }

  /// Returns this set with one more scope.
  constexpr scope_set with(scope scope) const noexcept {
    auto more = *this;
    more.add(scope);
    return more;
  }

  constexpr void add(scope scope) noexcept { bits_ |= bit(scope); }
  /// Returns this set without one scope.
  constexpr scope_set without(scope scope) const noexcept {
    auto rest = *this;
    rest.bits_ &= ~bit(scope);
    return rest;
  }
  constexpr bool contains(scope scope) const noexcept { return (bits_ & bit(scope)) != 0; }
  constexpr bool contains(const scope_set& all) const noexcept { return (all.bits_ & ~bits_) == 0; }

  bool operator==(const scope_set&) const = default;

private:
  static constexpr unsigned bit(scope scope) noexcept { return 1u << static_cast<unsigned>(scope); }

  unsigned bits_ = bit(scope::none);
};

/// Returns the names with commas between them; `nothing` for the empty set.
std::string to_text(scope_set set);

/// Parses names with commas between them, or `all`. Returns nullopt if one is unknown or empty.
std::optional<scope_set> parse_scopes(std::string_view list);

}  // namespace rights
