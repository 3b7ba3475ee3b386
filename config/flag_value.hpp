#pragma once

#include <string>
#include <vector>

namespace config {

/// What a flag is set to.
struct flag_value {
  std::string name;                 ///< `max-counters`
  std::vector<std::string> values;  ///< as they were written, or the default; empty: there is none
  /// `--max-counters`, `COUNTERD_MAX_COUNTERS` or `FILE:LINE: max-counters`; empty: the default.
  std::string source;
  bool is_reloadable;  ///< a change needs no restart

  bool operator==(const flag_value&) const = default;
};

/// Returns the flags whose values differ, in the order of `before`. Both are of the same program.
std::vector<flag_value> changed_flags(const std::vector<flag_value>& before,
                                      const std::vector<flag_value>& after);

/// Returns the flags as the text of a config file, with a comment where each value comes from.
std::string to_config_file(const std::vector<flag_value>& flags);

}  // namespace config
