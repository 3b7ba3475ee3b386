#pragma once

#include "tests/server/support/server_process.hpp"

#include <string>

namespace support {

// Faults that strace injects into the system calls of a server, in place of a disk that
// fails. An injection is what strace's `-e inject=` takes: `fdatasync:error=EIO:when=3+`.
// strace counts the calls of each thread separately.

/// Returns whether strace is installed and permitted and this is not a sanitized build;
/// prints a message if not.
bool can_inject();

/// The setting of a server to which a fault will be attached: without leak detection,
/// which uses ptrace as strace does.
setting injectable();

/// The setting of a server with a fault from its start on.
setting injected(const std::string& injection);

/// A fault of a running server that is injectable(), for as long as this exists.
class fault : public process {
public:
  /// With a `file`, only calls on that file fail.
  fault(const process& server, const std::string& injection, const std::string& file = {});

  /// Ends the fault.
  void end();
};

}  // namespace support
