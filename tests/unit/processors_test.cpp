#include "config/processors.hpp"
#include "tests/unit/control_group_support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include <sched.h>

using config::processors;
using unit::fake_control_groups;

namespace {

const unsigned all = processors({"/nowhere/at/all", "/nowhere/at/all"});

}  // namespace

TEST_CASE("processors() without a quota returns those that the process may run on") {
  CHECK(all >= 1);
  const fake_control_groups groups;
  groups.join("0::/a\n4:cpu,cpuacct:/b\n");
  CHECK(processors(groups.roots()) == all);
  for (const std::string_view text : {"max 100000\n", "", "\n", "100000 0\n", "x y\n"}) {
    groups.write("a/cpu.max", text);
    CHECK(processors(groups.roots()) == all);
  }
  groups.write("cpu,cpuacct/b/cpu.cfs_quota_us", "-1\n");
  groups.write("cpu,cpuacct/b/cpu.cfs_period_us", "100000\n");
  CHECK(processors(groups.roots()) == all);
  CHECK(processors() <= all);
}

TEST_CASE("processors() returns the whole processors of a quota, at least 1") {
  struct {
    std::string_view quota;
    unsigned expected;
  } const cases[] = {
      {"100000 100000\n", 1}, {"199999 100000\n", 1},       {"200000 100000\n", 2},
      {"50000 100000\n", 1},  {"1000 100000\n", 1},         {"900000 100000\n", 9},
      {"20000 10000\n", 2},   {"999900000 100000\n", 9999},
  };
  for (const auto& [quota, expected] : cases) {
    CAPTURE(quota);
    const fake_control_groups groups;
    groups.join("0::/a/b\n");
    groups.write("a/b/cpu.max", quota);
    CHECK(processors(groups.roots()) == std::min(all, expected));
  }
}

TEST_CASE("processors() reads the process's own group and those above it") {
  struct {
    std::string_view membership;
    std::string group;
  } const limited[] = {
      {"0::/system.slice/counterd.service\n", "system.slice/counterd.service/"},
      {"0::/system.slice/counterd.service\n", "system.slice/"},
      {"0::/\n", ""},
      {"0::/kubepods/pod1/c1\n", ""},
      {"4:cpu,cpuacct:/docker/1\n", "cpu,cpuacct/docker/1/"},
      {"4:cpu,cpuacct:/docker/1\n", "cpu/docker/1/"},
      {"4:cpu,cpuacct:/docker/1\n", "cpu/docker/"},
      {"4:cpu,cpuacct:/docker/1\n", "cpu/"},
      {"1:cpu:/x\n2:cpuacct:/y\n0::/\n", "cpu/x/"},
  };
  for (const auto& [membership, group] : limited) {
    CAPTURE(membership);
    CAPTURE(group);
    const fake_control_groups groups;
    groups.join(membership);
    if (group.starts_with("cpu")) {
      groups.write(group + "cpu.cfs_quota_us", "100000\n");
      groups.write(group + "cpu.cfs_period_us", "100000\n");
    } else {
      groups.write(group + "cpu.max", "100000 100000\n");
    }
    CHECK(processors(groups.roots()) == 1);
  }
}

TEST_CASE("processors() ignores groups that the process is not in") {
  const fake_control_groups groups;
  groups.join("1:cpu:/x\n2:cpuacct:/y\n0::/a\n");
  for (const std::string group : {"b/", "cpu/y/", "cpuacct/y/", "a/b/"}) {
    groups.write(group + "cpu.max", "100000 100000\n");
    groups.write(group + "cpu.cfs_quota_us", "100000\n");
    groups.write(group + "cpu.cfs_period_us", "100000\n");
  }
  CHECK(processors(groups.roots()) == all);
}

TEST_CASE("processors() obeys the affinity mask") {
  cpu_set_t before;
  REQUIRE(sched_getaffinity(0, sizeof before, &before) == 0);
  CHECK(all == static_cast<unsigned>(CPU_COUNT(&before)));
  cpu_set_t one;
  CPU_ZERO(&one);
  for (std::size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++i)
    if (CPU_ISSET(i, &before))
      CPU_SET(i, &one);
  REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
  const auto count = processors({"/nowhere/at/all", "/nowhere/at/all"});
  REQUIRE(sched_setaffinity(0, sizeof before, &before) == 0);
  CHECK(count == 1);
}
