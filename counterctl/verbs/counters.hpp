#pragma once

#include "counterctl/formats/operation.hpp"
#include "counterctl/verbs/context.hpp"

#include <string>
#include <vector>

namespace counterctl {

// The commands on counters that are named. They return the exit code, or throw failure.

/// Prints the values of counters; without the table's other columns, of one counter the value
/// alone.
exit_code get(context& context, const std::vector<std::string>& names);

/// Sets a counter, or adds to it, and prints its new value.
exit_code change(context& context, const operation& operation);

/// Deletes counters.
exit_code remove(context& context, const std::vector<operation>& operations);

/// Deletes all counters whose names begin with a prefix, after a question on the terminal unless
/// `is_sure`.
exit_code remove_prefix(context& context, const std::string& prefix, bool is_sure);

}  // namespace counterctl
