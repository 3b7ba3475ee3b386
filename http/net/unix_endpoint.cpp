#include "http/net/unix_endpoint.hpp"

#include "counter/limits.hpp"

#include <boost/system/system_error.hpp>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace http {

namespace {

namespace errc = boost::system::errc;

constexpr mode_t owner_and_group = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP;

void require(bool succeeded, const char* what) {
  if (!succeeded)
    throw boost::system::system_error(errno, boost::system::system_category(), what);
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    throw boost::system::system_error(make_error_code(errc::filename_too_long));
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

std::shared_ptr<listening_socket> make_socket(bool is_shared) {
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  require(descriptor >= 0, "socket");
  return std::make_shared<listening_socket>(descriptor, is_shared);
}

/// Keeps other servers from the same folder until the socket listens: one that is bound and does
/// not listen yet looks as if it were left over. Goes on alone where the folder cannot be read or
/// locked.
class folder_lock {
public:
  explicit folder_lock(const std::string& path) {
    const auto slash = path.rfind('/');
    const auto folder = slash == path.npos ? "." : path.substr(0, slash + 1);
    descriptor_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const auto end = std::chrono::steady_clock::now() + counter::limits::folder_patience;
    while (descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 &&
           (errno == EWOULDBLOCK || errno == EINTR)) {
      if (std::chrono::steady_clock::now() > end) {
        ::close(descriptor_);
        throw boost::system::system_error(make_error_code(errc::no_lock_available));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
  }
  ~folder_lock() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
  }
  folder_lock(const folder_lock&) = delete;
  folder_lock& operator=(const folder_lock&) = delete;

private:
  int descriptor_ = -1;
};

/// Removes the socket that a killed server has left.
void remove_unused(const std::string& path, const sockaddr_un& address) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0)
    return;
  if (!S_ISSOCK(found.st_mode))
    throw boost::system::system_error(make_error_code(errc::file_exists));
  const auto probe = make_socket(/*is_shared=*/false);
  const bool is_refused =
      ::connect(probe->descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
          0 &&
      errno == ECONNREFUSED;
  // Whoever may not connect, or finds the queue full, has found a server.
  if (!is_refused)
    throw boost::system::system_error(make_error_code(errc::address_in_use));
  ::unlink(path.c_str());
}

}  // namespace

endpoint open_unix_endpoint(const std::string& path, std::size_t count) {
  const auto address = address_of(path);
  const folder_lock lock{path};
  remove_unused(path, address);
  const auto socket = make_socket(/*is_shared=*/true);
  // bind() gives the file this mode without the bits of the umask, so nobody else can connect in
  // between.
  require(::fchmod(socket->descriptor(), S_IRUSR | S_IWUSR) == 0, "fchmod");
  require(::bind(socket->descriptor(), reinterpret_cast<const sockaddr*>(&address),
                 sizeof address) == 0,
          "bind");
  socket->own_file(path);
  require(::chmod(path.c_str(), owner_and_group) == 0, "chmod");
  constexpr int size = counter::limits::send_buffer_bytes;
  require(::setsockopt(socket->descriptor(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size) == 0,
          "setsockopt");
  require(::listen(socket->descriptor(), counter::limits::backlog) == 0, "listen");
  return {"unix:" + path, {count, socket}};
}

}  // namespace http
