#pragma once

#include "tests/server/support/server_process.hpp"

#include <string>

namespace support {

// What strace can do to the calls of a program, to stand for a disk that fails.
// `what` is as in its -e inject=: `fdatasync:error=EIO:when=3+`. Each thread counts
// its own calls.

/// Whether there is a strace, the system lets us use it, and this is not a build with
/// sanitizers; says so where not.
bool can_inject();

/// For a server to which something will happen: without a sanitizer's look for
/// leaks, which is made by the same means.
setting injectable();

/// For one to which it happens from its start on.
setting injected(const std::string& what);

/// Happens to a running server that is injectable, while this exists.
class fault : public process {
public:
  /// `file`, unless empty, is the only one to which it happens.
  fault(const process& server, const std::string& what, const std::string& file = {});

  /// From then on, nothing happens any more.
  void end();
};

}  // namespace support
