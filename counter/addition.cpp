#include "counter/addition.hpp"

#include <algorithm>
#include <limits>

namespace counter {

namespace {

// The sum of two int64 fits.
__extension__ using wide = __int128;

constexpr wide least = std::numeric_limits<std::int64_t>::min();
constexpr wide greatest = std::numeric_limits<std::int64_t>::max();

struct bounds {
  wide min, max;

  bool contain(wide value) const noexcept { return min <= value && value <= max; }
};

/// Returns the value of `allowed` that is nearest to `to` and between `from` and `to`,
/// or nullopt if there is none.
std::optional<wide> clamp_between(wide from, wide to, const bounds& allowed) noexcept {
  const bounds path{std::min(from, to), std::max(from, to)};
  const bounds common{std::max(path.min, allowed.min), std::min(path.max, allowed.max)};
  if (common.min > common.max)
    return std::nullopt;
  return to >= from ? common.max : common.min;
}

}  // namespace

sum add(const parameters& parameters, std::optional<std::int64_t> current) noexcept {
  if (!current && !parameters.create)
    return {outcome::not_found};
  const wide from = current.value_or(parameters.initial);
  const wide exact = from + parameters.operand;
  const bool has_bound = exact > 0 ? parameters.max.has_value() : parameters.min.has_value();
  const bool fits = exact >= least && exact <= greatest;
  if (!fits && !has_bound)
    return {outcome::overflow};
  const bounds allowed{parameters.min.value_or(least), parameters.max.value_or(greatest)};
  if (allowed.contain(exact))
    return {outcome::ok, static_cast<std::int64_t>(exact)};
  if (parameters.on_limit == on_limit::reject)
    return {outcome::limit_reached};
  const auto clamped = clamp_between(from, exact, allowed).value_or(from);
  const bool moves = clamped != from;
  if (!current && !moves && !allowed.contain(from))
    return {outcome::limit_reached};
  return {outcome::ok, static_cast<std::int64_t>(clamped), moves};
}

}  // namespace counter
