#include "counterctl/formats/threshold.hpp"

#include "counter/integer.hpp"

#include <algorithm>

namespace counterctl {

std::optional<threshold> threshold::parse(std::string_view text) noexcept {
  struct {
    std::string_view sign;
    threshold::relation meaning;
  } constexpr signs[] = {
      // The longer ones first.
      {">=", relation::greater_or_equal},
      {"<=", relation::less_or_equal},
      {"!=", relation::not_equal},
      {"==", relation::equal},
      {">", relation::greater},
      {"<", relation::less},
      {"=", relation::equal},
  };
  for (const auto& [sign, meaning] : signs) {
    if (!text.starts_with(sign))
      continue;
    text.remove_prefix(sign.size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (const auto bound = counter::parse_integer(text))
      return threshold{meaning, *bound};
    return std::nullopt;
  }
  return std::nullopt;
}

bool threshold::holds(std::int64_t value) const noexcept {
  switch (relation_) {
    case relation::less:
      return value < bound_;
    case relation::less_or_equal:
      return value <= bound_;
    case relation::equal:
      return value == bound_;
    case relation::not_equal:
      return value != bound_;
    case relation::greater_or_equal:
      return value >= bound_;
    case relation::greater:
      break;
  }
  return value > bound_;
}

}  // namespace counterctl
