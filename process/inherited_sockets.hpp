#pragma once

#include <string>
#include <vector>

namespace process {

/// A socket that a service manager has opened for this process. Whoever takes it owns it.
struct inherited_socket {
  int descriptor;
  std::string name;  ///< FileDescriptorName= of its unit; empty: it has none
};

/// Returns the sockets that LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES say are for this process
/// (sd_listen_fds(3)), and removes these variables. Call it once, before there are threads. Throws
/// std::runtime_error, of one line, if the variables contradict each other.
std::vector<inherited_socket> take_inherited_sockets();

}  // namespace process
