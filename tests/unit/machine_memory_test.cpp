#include "config/machine_memory.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <unistd.h>

namespace {

namespace fs = std::filesystem;

/// A directory in the place of /sys/fs/cgroup.
class control_groups {
public:
  control_groups() { fs::create_directories(path_ / "memory"); }
  ~control_groups() { fs::remove_all(path_); }
  control_groups(const control_groups&) = delete;
  control_groups& operator=(const control_groups&) = delete;

  void write(const std::string& file, std::string_view text) const {
    std::ofstream{path_ / file} << text;
  }

  const fs::path& path() const { return path_; }

private:
  // Cases of one program run in parallel, each in a process of its own.
  fs::path path_ = fs::temp_directory_path() / ("counterd-cgroup-" + std::to_string(::getpid()));
};

const std::uint64_t all = config::machine_memory("/nowhere/at/all");

}  // namespace

TEST_CASE("machine_memory() without a limit returns the memory of the machine") {
  CHECK(all > 16 * 1024 * 1024);
  const control_groups empty;
  CHECK(config::machine_memory(empty.path()) == all);
  CHECK(config::machine_memory() <= all);
}

TEST_CASE("machine_memory() honours the limit of either cgroup version if it is lower") {
  for (const std::string file : {"memory.max", "memory/memory.limit_in_bytes"}) {
    CAPTURE(file);
    const control_groups some;
    some.write(file, "67108864\n");
    CHECK(config::machine_memory(some.path()) == 67108864);
    for (const std::string_view text : {"max\n", "9223372036854771712\n", "", "\n"}) {
      some.write(file, text);
      CHECK(config::machine_memory(some.path()) == all);
    }
  }
  const control_groups both;
  both.write("memory.max", "max\n");
  both.write("memory/memory.limit_in_bytes", "33554432\n");
  CHECK(config::machine_memory(both.path()) == 33554432);
}
