#include "counter/addition.hpp"

#include <algorithm>
#include <limits>

namespace counter {

namespace {

// Two int64 and their sum: nothing can overflow.
__extension__ using wide = __int128;

constexpr wide least = std::numeric_limits<std::int64_t>::min();
constexpr wide greatest = std::numeric_limits<std::int64_t>::max();

struct bounds {
  wide min, max;

  bool contain(wide value) const noexcept { return min <= value && value <= max; }
};

/// The last value within `allowed` on the way from `from` to `to`.
std::optional<wide> last_on_the_way(wide from, wide to, const bounds& allowed) noexcept {
  const bounds way{std::min(from, to), std::max(from, to)};
  const bounds common{std::max(way.min, allowed.min), std::min(way.max, allowed.max)};
  if (common.min > common.max)
    return std::nullopt;
  return to >= from ? common.max : common.min;
}

}  // namespace

sum add(const parameters& how, std::optional<std::int64_t> current) noexcept {
  if (!current && !how.create)
    return {outcome::not_found};
  const wide from = current.value_or(how.initial);
  const wide exact = from + how.operand;
  const bool has_bound = exact > 0 ? how.max.has_value() : how.min.has_value();
  const bool fits = exact >= least && exact <= greatest;
  if (!fits && !has_bound)
    return {outcome::overflow};
  const bounds allowed{how.min.value_or(least), how.max.value_or(greatest)};
  if (allowed.contain(exact))
    return {outcome::ok, static_cast<std::int64_t>(exact)};
  if (how.on_limit == on_limit::reject)
    return {outcome::limit_reached};
  const auto last = last_on_the_way(from, exact, allowed).value_or(from);
  const bool moves = last != from;
  if (!current && !moves && !allowed.contain(from))
    return {outcome::limit_reached};
  return {outcome::ok, static_cast<std::int64_t>(last), moves};
}

}  // namespace counter
