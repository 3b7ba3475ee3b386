#pragma once

#include "http/net/listening_socket.hpp"

#include <cstddef>

namespace http {

/// Takes ownership of a socket that a service manager has opened and listens on already (socket
/// activation), TCP or Unix, for `count` event loops, which share it. The manager's own copy keeps
/// connections waiting while no server runs. Throws std::invalid_argument, and closes the
/// descriptor, if it is no such socket; boost::system::system_error if it cannot be prepared.
endpoint adopt_endpoint(int descriptor, std::size_t count);

}  // namespace http
