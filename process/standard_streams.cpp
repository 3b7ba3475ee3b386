#include "process/standard_streams.hpp"

#include "process/bounded_call.hpp"
#include "process/stderr_output.hpp"

#include <cerrno>
#include <cstddef>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace process {

namespace {

/// Writes without stdio: exit() would wait for its lock. Returns 0, or the error.
int write_all(int descriptor, std::string_view text) noexcept {
  while (!text.empty()) {
    const auto bytes = ::write(descriptor, text.data(), text.size());
    if (bytes > 0) {
      text.remove_prefix(static_cast<std::size_t>(bytes));
    } else if (bytes < 0 && errno == EAGAIN) {
      pollfd out{descriptor, POLLOUT, 0};
      ::poll(&out, 1, -1);
    } else if (bytes == 0 || errno != EINTR) {
      return bytes == 0 ? EIO : errno;
    }
  }
  return 0;
}

}  // namespace

void fill_standard_descriptors() {
  int descriptor;
  do {
    descriptor = ::open("/dev/null", O_RDWR);
  } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
  ::close(descriptor);
}

void print_within(std::chrono::milliseconds patience, const std::string& text) {
  const auto print = [text] { write_all(STDOUT_FILENO, text); };
  if (!call_within(patience, print))
    print();
}

void print(std::string_view text) {
  if (const int error = write_all(STDOUT_FILENO, text); error != 0)
    throw std::system_error(error, std::generic_category(), "stdout cannot be written");
}

void print_once(std::string_view text) {
  if (const int error = write_all(STDERR_FILENO, text); error != 0)
    throw std::system_error(error, std::generic_category(), "stderr cannot be written");
}

void print_error(std::initializer_list<std::string_view> pieces) noexcept {
  stderr_output output;
  for (const auto piece : pieces)
    output.write(piece);
}

}  // namespace process
