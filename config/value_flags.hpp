#pragma once

#include "config/flag_set.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace config {

/// What a flag for a length of time takes.
struct duration_range {
  std::chrono::milliseconds max = std::chrono::hours{24};
  bool has_zero = false;  ///< `0` and `0s` are values, too
  bool is_reloadable = false;
};

/// Adds `--flag` for a number from `min` to `max`, which `set` stores. `help` has its default.
void add_number_flag(flag_set& flags, const std::string& flag, const flag_help& help,
                     std::uint64_t min, std::uint64_t max,
                     const std::function<void(std::uint64_t)>& set);

/// Adds `--flag` for a number that is stored in `value`, which has its default and outlives
/// `flags`.
template <class T>
void add_number(flag_set& flags, const std::string& flag, T& value, std::uint64_t min,
                std::uint64_t max, const std::string& help) {
  add_number_flag(flags, flag, {"N", std::to_string(value), help}, min, max,
                  [&value](std::uint64_t number) { value = static_cast<T>(number); });
}

/// Adds `--flag` for a length of time: `10s`. `value` has its default and outlives `flags`.
void add_duration(flag_set& flags, const std::string& flag, std::chrono::milliseconds& value,
                  const std::string& help, duration_range range = {});

/// Adds `--flag` for one of `choices`. `value` has its default and outlives `flags`.
void add_choice(flag_set& flags, const std::string& flag, std::string& value,
                const std::vector<std::string>& choices, const std::string& help,
                bool is_reloadable = false);

}  // namespace config
