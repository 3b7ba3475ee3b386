#pragma once

#include "counterctl/verbs/context.hpp"

namespace counterctl {

/// Sends the operations on stdin, a JSON object a line as in `POST /v1/batch`, in batches of up to
/// 1000, and prints their results in order. Returns `partly` if some were refused, or the exit code
/// of the last refusal if all were. Throws failure.
exit_code batch(context& context);

}  // namespace counterctl
