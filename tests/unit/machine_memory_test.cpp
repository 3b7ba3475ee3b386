#include "config/machine_memory.hpp"
#include "tests/unit/control_group_support.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

using config::machine_memory;
using unit::fake_control_groups;

namespace {

const std::uint64_t all = machine_memory({"/nowhere/at/all", "/nowhere/at/all"});

}  // namespace

TEST_CASE("machine_memory() without a limit returns the memory of the machine") {
  CHECK(all > 16 * 1024 * 1024);
  const fake_control_groups empty;
  CHECK(machine_memory(empty.roots()) == all);
  empty.join("");
  CHECK(machine_memory(empty.roots()) == all);
  empty.join("0::/a/b\n");
  CHECK(machine_memory(empty.roots()) == all);
  CHECK(machine_memory() <= all);
}

TEST_CASE("machine_memory() honours the limit of either cgroup version if it is lower") {
  for (const std::string file : {"memory.max", "memory.high", "memory/memory.limit_in_bytes"}) {
    CAPTURE(file);
    const fake_control_groups some;
    some.write(file, "67108864\n");
    CHECK(machine_memory(some.roots()) == 67108864);
    for (const std::string_view text : {"max\n", "9223372036854771712\n", "", "\n"}) {
      some.write(file, text);
      CHECK(machine_memory(some.roots()) == all);
    }
  }
  const fake_control_groups both;
  both.write("memory.max", "max\n");
  both.write("memory/memory.limit_in_bytes", "33554432\n");
  CHECK(machine_memory(both.roots()) == 33554432);
}

TEST_CASE("machine_memory() reads the process's own group and those above it") {
  struct {
    std::string_view membership;
    std::string file;
  } const limited[] = {
      // Version 2: a service of systemd, its slice.
      {"0::/system.slice/counterd.service\n", "system.slice/counterd.service/memory.max"},
      {"0::/system.slice/counterd.service\n", "system.slice/memory.max"},
      {"0::/system.slice/counterd.service\n", "system.slice/counterd.service/memory.high"},
      {"0::/\n", "memory.max"},
      {"0::/a b:c/d\n", "a b:c/d/memory.max"},
      // Version 1, and both at once.
      {"9:name=systemd:/x\n4:memory:/docker/1\n0::/\n", "memory/docker/1/memory.limit_in_bytes"},
      {"4:memory:/docker/1\n", "memory/docker/memory.limit_in_bytes"},
      {"4:hugetlb,memory:/x\n", "hugetlb,memory/x/memory.limit_in_bytes"},
      {"4:hugetlb,memory:/x\n", "memory/x/memory.limit_in_bytes"},
      // In a container without a namespace, the host's path; only its own group is mounted.
      {"4:memory:/docker/1\n", "memory/memory.limit_in_bytes"},
      {"0::/kubepods/pod1/c1\n", "memory.max"},
      // Outside of the namespace's root, and after the group was removed.
      {"0::/../other\n", "memory.max"},
      {"0::/../..\n", "memory.max"},
      {"0::/a/b (deleted)\n", "a/memory.max"},
  };
  for (const auto& [membership, file] : limited) {
    CAPTURE(membership);
    CAPTURE(file);
    const fake_control_groups groups;
    groups.join(membership);
    groups.write(file, "67108864\n");
    CHECK(machine_memory(groups.roots()) == 67108864);
  }
}

TEST_CASE("machine_memory() returns the least limit on the way up") {
  const fake_control_groups groups;
  groups.join("0::/a/b\n");
  groups.write("a/b/memory.max", "67108864\n");
  groups.write("a/memory.max", "max\n");
  CHECK(machine_memory(groups.roots()) == 67108864);
  groups.write("a/memory.max", "33554432\n");
  CHECK(machine_memory(groups.roots()) == 33554432);
  groups.write("a/memory.max", "134217728\n");
  CHECK(machine_memory(groups.roots()) == 67108864);
}

TEST_CASE("machine_memory() ignores groups that the process is not in") {
  const fake_control_groups groups;
  groups.join("4:memory:/a\n3:cpu:/c\n0::/a\n");
  for (const std::string file :
       {"b/memory.max", "ab/memory.max", "c/memory.max", "memory/b/memory.limit_in_bytes",
        "cpu/memory.max", "cpu/c/memory.limit_in_bytes", "a/b/memory.max"})
    groups.write(file, "67108864\n");
  CHECK(machine_memory(groups.roots()) == all);
}
