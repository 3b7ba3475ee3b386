#pragma once

#include "http/net/listening_socket.hpp"

#include <cstddef>
#include <string>

namespace http {

/// Listens on a Unix socket at `path` (unix(7)), of up to 107 bytes, for `count` event loops, which
/// share it. Its owner and group may connect. Replaces a socket there that nobody listens on, as a
/// killed server leaves one; of servers that start at once the first has the path, if they may read
/// its folder. Throws boost::system::system_error: address_in_use if a server listens there,
/// file_exists if there is something that is no socket, and no_lock_available if somebody has
/// locked the folder for limits::folder_patience.
endpoint open_unix_endpoint(const std::string& path, std::size_t count);

}  // namespace http
