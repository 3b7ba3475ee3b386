#include "process/descriptors.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include <fcntl.h>
#include <unistd.h>

using process::descriptor_needs;
using process::divide_descriptors;

namespace {

constexpr descriptor_needs in_memory{.connections = 10'000, .refusals = 64};
constexpr descriptor_needs on_disk{.connections = 10'000, .refusals = 64, .has_database = true};

}  // namespace

TEST_CASE("divide_descriptors() gives everybody everything if there are enough") {
  const auto budget = divide_descriptors(1'000'000, 3, on_disk);
  CHECK(budget.connections == 10'000);
  CHECK(budget.refusals == 64);
  CHECK(budget.tables == 4096);
  CHECK(divide_descriptors(1'000'000, 3, in_memory).tables == 0);
}

TEST_CASE("divide_descriptors() never gives away more than there are") {
  for (const auto& needs : {in_memory, on_disk})
    for (std::size_t limit = 80; limit < 30'000; limit += limit / 10) {
      CAPTURE(limit);
      const auto budget = divide_descriptors(limit, 3, needs);
      CHECK(budget.connections >= 1);
      CHECK(budget.connections <= needs.connections);
      const auto reserve = needs.has_database ? budget.tables + 20 : 0;
      CHECK(budget.connections + budget.refusals + reserve + 3 < limit);
      CHECK((budget.tables >= 20) == needs.has_database);
    }
}

TEST_CASE("divide_descriptors() leaves less for connections the more are open and the more loops") {
  const auto few = divide_descriptors(256, 3, on_disk).connections;
  CHECK(divide_descriptors(256, 43, on_disk).connections < few);
  auto loops = on_disk;
  loops.event_loops = 8;
  CHECK(divide_descriptors(256, 3, loops).connections < few);
}

TEST_CASE("divide_descriptors() throws if not one connection is left") {
  CHECK_THROWS_AS(divide_descriptors(50, 3, on_disk), std::runtime_error);
  CHECK_THROWS_AS(divide_descriptors(10, 3, in_memory), std::runtime_error);
  auto loops = in_memory;
  loops.event_loops = 300;
  CHECK_THROWS_WITH(divide_descriptors(128, 3, loops),
                    "this process may open 128 files, and needs at least 1512 (ulimit -n)");
}

TEST_CASE("descriptors_in_use() counts what is open") {
  const auto before = process::descriptors_in_use();
  const int opened = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  REQUIRE(opened >= 0);
  CHECK(process::descriptors_in_use() == before + 1);
  ::close(opened);
}
