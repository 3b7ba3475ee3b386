#include "counter/addition.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using counter::on_limit;
using counter::outcome;
using counter::parameters;

namespace {

constexpr auto none = std::nullopt;
using maybe = std::optional<std::int64_t>;

struct expected {
  counter::outcome outcome = outcome::ok;
  std::int64_t value = 0;
  bool applies = true;
};

constexpr expected moved_to(std::int64_t value) {
  return {outcome::ok, value, true};
}
constexpr expected stays_at(std::int64_t value) {
  return {outcome::ok, value, false};
}
constexpr expected overflow{outcome::overflow}, limit_reached{outcome::limit_reached};

bool is(const counter::sum& sum, const expected& right) {
  return sum.outcome == right.outcome &&
         (sum.outcome != outcome::ok || (sum.value == right.value && sum.applies == right.applies));
}

std::string text(maybe value) {
  return value ? std::to_string(*value) : "none";
}

std::string text(const parameters& parameters, maybe current) {
  std::ostringstream output;
  output << text(current) << " + " << parameters.operand << ", initial " << parameters.initial
         << ", min " << text(parameters.min) << ", max " << text(parameters.max)
         << (parameters.on_limit == on_limit::clamp ? ", clamp" : ", reject")
         << (parameters.create ? "" : ", no create");
  return output.str();
}

void check(const parameters& parameters, maybe current, const expected& right) {
  const auto sum = counter::add(parameters, current);
  CAPTURE(text(parameters, current));
  CAPTURE(static_cast<int>(sum.outcome));
  CAPTURE(sum.value);
  CAPTURE(sum.applies);
  CHECK(is(sum, right));
}

}  // namespace

TEST_CASE("add() without bounds returns the exact sum, or overflow at both ends of int64") {
  struct {
    std::int64_t value, delta;
    expected sum;
  } const cases[] = {
      {INT64_MAX, 0, moved_to(INT64_MAX)},
      {INT64_MAX, 1, overflow},
      {INT64_MAX, INT64_MAX, overflow},
      {INT64_MAX, INT64_MIN, moved_to(-1)},
      {INT64_MAX, -INT64_MAX, moved_to(0)},
      {INT64_MAX - 1, 1, moved_to(INT64_MAX)},
      {INT64_MIN, 0, moved_to(INT64_MIN)},
      {INT64_MIN, -1, overflow},
      {INT64_MIN, INT64_MIN, overflow},
      {INT64_MIN, INT64_MAX, moved_to(-1)},
      {INT64_MIN + 1, -1, moved_to(INT64_MIN)},
      {0, INT64_MIN, moved_to(INT64_MIN)},
      {-1, INT64_MIN, overflow},
      {1, INT64_MAX, overflow},
      {0, 0, moved_to(0)},
  };
  for (const auto& [value, delta, sum] : cases)
    for (const auto limit : {on_limit::reject, on_limit::clamp}) {
      check({.operand = delta, .on_limit = limit}, value, sum);
      // A missing counter starts there instead.
      check({.operand = delta, .initial = value, .on_limit = limit}, none, sum);
    }
}

TEST_CASE("add() past int64 reaches the bound on that side, or overflows if there is none") {
  struct {
    std::int64_t value, delta;
    maybe min, max;
    expected rejected, clamped;
  } const cases[] = {
      {INT64_MAX, 1, none, INT64_MAX, limit_reached, stays_at(INT64_MAX)},
      {INT64_MAX, 1, INT64_MIN, none, overflow, overflow},
      {INT64_MAX - 1, 2, none, INT64_MAX, limit_reached, moved_to(INT64_MAX)},
      {5, INT64_MAX, 0, 10, limit_reached, moved_to(10)},
      {5, INT64_MAX, 0, none, overflow, overflow},
      {5, INT64_MAX, none, 4, limit_reached, stays_at(5)},
      {INT64_MIN, -1, INT64_MIN, none, limit_reached, stays_at(INT64_MIN)},
      {INT64_MIN, -1, none, INT64_MAX, overflow, overflow},
      {INT64_MIN + 1, -2, INT64_MIN, none, limit_reached, moved_to(INT64_MIN)},
      {-5, INT64_MIN, -10, 0, limit_reached, moved_to(-10)},
      {-5, INT64_MIN, none, 0, overflow, overflow},
      {-5, INT64_MIN, -4, none, limit_reached, stays_at(-5)},
      {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, limit_reached, stays_at(INT64_MAX)},
      {INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN, limit_reached, stays_at(INT64_MIN)},
  };
  for (const auto& [value, delta, min, max, rejected, clamped] : cases) {
    check({.operand = delta, .min = min, .max = max}, value, rejected);
    check({.operand = delta, .min = min, .max = max, .on_limit = on_limit::clamp}, value, clamped);
  }
}

TEST_CASE("add() with clamp stops at the last value within the bounds on the way to the sum") {
  struct {
    const char* description;
    std::int64_t value, delta;
    maybe min, max;
    expected sum;
  } const cases[] = {
      {"inside, and stays inside", 5, 3, 0, 10, moved_to(8)},
      {"just reaches the bound", 5, 5, 0, 10, moved_to(10)},
      {"past the upper bound", 5, 6, 0, 10, moved_to(10)},
      {"past the lower bound", 5, -6, 0, 10, moved_to(0)},
      {"on the bound, and out", 10, 1, 0, 10, stays_at(10)},
      {"on the bound, and in", 10, -1, 0, 10, moved_to(9)},
      {"above, and further up", 12, 1, 0, 10, stays_at(12)},
      {"above, and not far enough down", 12, -1, 0, 10, stays_at(12)},
      {"above, and down to the bound", 12, -2, 0, 10, moved_to(10)},
      {"above, and in", 12, -5, 0, 10, moved_to(7)},
      {"above, and across", 12, -20, 0, 10, moved_to(0)},
      {"below, and further down", -2, -1, 0, 10, stays_at(-2)},
      {"below, and not far enough up", -2, 1, 0, 10, stays_at(-2)},
      {"below, and in", -2, 5, 0, 10, moved_to(3)},
      {"below, and across", -2, 20, 0, 10, moved_to(10)},
      {"across a single value", -3, 9, 1, 1, moved_to(1)},
      {"nothing, inside", 5, 0, 0, 10, moved_to(5)},
      {"nothing, outside", 12, 0, 0, 10, stays_at(12)},
      {"above the only bound, and down for ever", 12, INT64_MIN, INT64_MIN, 10,
       moved_to(INT64_MIN + 12)},
  };
  for (const auto& [description, value, delta, min, max, sum] : cases) {
    CAPTURE(description);
    check({.operand = delta, .min = min, .max = max, .on_limit = on_limit::clamp}, value, sum);
  }
}

TEST_CASE("add() with reject returns limit_reached exactly if the sum is out of bounds") {
  const parameters bounds{.min = 0, .max = 10};
  struct {
    std::int64_t value, delta;
    expected sum;
  } const cases[] = {
      {5, 5, moved_to(10)},   {5, 6, limit_reached},   {5, -5, moved_to(0)},
      {5, -6, limit_reached}, {12, -1, limit_reached}, {12, -2, moved_to(10)},
      {12, 0, limit_reached}, {-2, 2, moved_to(0)},    {-2, 20, limit_reached},
      {10, 0, moved_to(10)},
  };
  for (const auto& [value, delta, sum] : cases) {
    auto with_delta = bounds;
    with_delta.operand = delta;
    check(with_delta, value, sum);
  }
}

TEST_CASE("add() to a missing counter starts at initial, or returns not_found without create") {
  check({.operand = 3}, none, moved_to(3));
  check({.operand = 3, .initial = 100}, none, moved_to(103));
  check({.operand = 3, .initial = 100}, 5, moved_to(8));
  check({.operand = 3, .initial = INT64_MAX}, 5, moved_to(8));
  check({.operand = 3, .create = false}, 5, moved_to(8));
  check({.operand = 3, .create = false}, none, {outcome::not_found});
  check({.operand = 1, .initial = INT64_MAX, .create = false}, none, {outcome::not_found});
  check({.operand = 1, .create = false, .max = 0}, none, {outcome::not_found});
}

TEST_CASE("add() with clamp that cannot move creates a counter only within the bounds") {
  const parameters up{.operand = 5, .max = 10, .on_limit = on_limit::clamp};
  for (const auto& [initial, sum] : std::initializer_list<std::pair<std::int64_t, expected>>{
           {4, moved_to(9)}, {9, moved_to(10)}, {10, stays_at(10)}, {11, limit_reached}}) {
    auto parameters = up;
    parameters.initial = initial;
    check(parameters, none, sum);
  }
}

namespace {

__extension__ using wide = __int128;

/// The definition of an addition, step by step.
expected walk(const parameters& parameters, maybe current) {
  if (!current && !parameters.create)
    return {outcome::not_found};
  const wide from = current ? *current : parameters.initial;
  const wide to = from + parameters.operand;
  if ((to > INT64_MAX && !parameters.max) || (to < INT64_MIN && !parameters.min))
    return overflow;
  const auto is_allowed = [&parameters](wide value) {
    return value >= INT64_MIN && value <= INT64_MAX &&
           (!parameters.min || value >= *parameters.min) &&
           (!parameters.max || value <= *parameters.max);
  };
  if (is_allowed(to))
    return moved_to(static_cast<std::int64_t>(to));
  if (parameters.on_limit == on_limit::reject)
    return limit_reached;
  auto last = from;
  for (auto at = from; at != to;) {
    at += to > from ? 1 : -1;
    if (is_allowed(at))
      last = at;
  }
  if (last != from)
    return moved_to(static_cast<std::int64_t>(last));
  if (!current && !is_allowed(from))
    return limit_reached;
  return stays_at(static_cast<std::int64_t>(from));
}

/// Nullopt and the int64 around `middle`.
std::vector<maybe> around(std::int64_t middle) {
  std::vector<maybe> all{none};
  for (int i = -4; i <= 4; ++i)
    if (std::int64_t value; !__builtin_add_overflow(middle, i, &value))
      all.push_back(value);
  return all;
}

/// Visits all parameters and values around `middle`.
template <class Visit>
void for_each_addition(std::int64_t middle, Visit visit) {
  const auto numbers = around(middle);
  for (const auto& value : numbers)
    for (const auto& initial : numbers)
      for (const auto& min : numbers)
        for (const auto& max : numbers) {
          if (min && max && *min > *max)
            continue;
          for (int delta = -4; delta <= 4; ++delta)
            for (const auto limit : {on_limit::reject, on_limit::clamp})
              visit(parameters{.operand = delta,
                               .initial = initial.value_or(0),
                               .create = initial.has_value(),
                               .min = min,
                               .max = max,
                               .on_limit = limit},
                    value);
        }
}

}  // namespace

TEST_CASE("add() agrees with walking step by step, for small numbers and at both ends of int64") {
  for (const auto middle : {std::int64_t{0}, INT64_MAX - 1, INT64_MIN + 1}) {
    std::size_t count = 0;
    for_each_addition(middle, [&count](const parameters& parameters, maybe current) {
      ++count;
      if (const auto right = walk(parameters, current);
          !is(counter::add(parameters, current), right))
        check(parameters, current, right);
    });
    CHECK(count > 20'000);
  }
}
