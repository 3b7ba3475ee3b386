#pragma once

namespace counterctl {

/// What the exit code tells a script. The manual page lists them; their numbers do not change.
enum class exit_code {
  done = 0,
  not_satisfied = 1,    ///< there is no such counter, or a limit or a condition refused the change
  usage = 2,            ///< the command line or the input is wrong: nothing was sent
  unreachable = 3,      ///< no server, or no answer in time; nothing has changed
  refused = 4,          ///< the server does not do this: its input, a right, room
  outcome_unknown = 5,  ///< the change may have been made; the key asks again
  partly = 6,           ///< some of many were done, or the output is incomplete
};

}  // namespace counterctl
