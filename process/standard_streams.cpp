#include "process/standard_streams.hpp"

#include "process/bounded_call.hpp"
#include "process/stderr_output.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace process {

void fill_standard_descriptors() {
  int descriptor;
  do {
    descriptor = ::open("/dev/null", O_RDWR);
  } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
  ::close(descriptor);
}

void print_within(std::chrono::milliseconds patience, const std::string& text) {
  const auto print = [text] {
    // Without stdio: exit() would wait for its lock.
    for (std::string_view rest = text; !rest.empty();) {
      const auto bytes = ::write(STDOUT_FILENO, rest.data(), rest.size());
      if (bytes <= 0 && errno != EINTR)
        return;
      rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(bytes, 0)));
    }
  };
  if (!call_within(patience, print))
    print();
}

void print_error(std::initializer_list<std::string_view> pieces) noexcept {
  stderr_output output;
  for (const auto piece : pieces)
    output.write(piece);
}

}  // namespace process
