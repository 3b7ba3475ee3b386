#pragma once

#include "counterctl/formats/threshold.hpp"
#include "counterctl/verbs/context.hpp"

#include <optional>
#include <string>
#include <vector>

namespace counterctl {

/// Which counters to follow, and how long.
struct watch_arguments {
  std::vector<std::string> names{};     ///< up to 100
  std::optional<std::string> prefix{};  ///< instead of names
  std::optional<threshold> until{};     ///< ends when a value satisfies it
};

/// Follows counters: a table on a terminal, which is drawn anew, else a line for each change. Comes
/// back when the stream breaks. Returns the exit code when `until` is satisfied.
exit_code watch(context& context, const watch_arguments& arguments);

}  // namespace counterctl
