#include "tests/proxies/scenarios.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace support;

namespace {

void check_each(scenario defect_of) {
  for (const auto& name : proxies_to_test()) {
    CAPTURE(name);
    CHECK(defect_behind(name, defect_of) == "");
  }
}

}  // namespace

TEST_CASE("a proxy passes every target unchanged, and its Location leads back") {
  check_each(&defect_of_targets);
}

TEST_CASE("a proxy passes names of dots and slashes in a query and in a batch") {
  check_each(&defect_of_dots);
}

TEST_CASE("a proxy carries 500 requests over few connections to the server") {
  for (const auto& name : proxies_to_test()) {
    if (name == "varnish")
      continue;  // its configuration forbids it, so that it repeats nothing
    CAPTURE(name);
    CHECK(defect_behind(name, &defect_of_reuse) == "");
  }
}

TEST_CASE("a proxy passes a request once even if the response is lost") {
  check_each(&defect_of_lost_responses);
}

TEST_CASE("a proxy neither turns HEAD into GET nor caches") {
  check_each(&defect_of_methods);
}

TEST_CASE("a proxy leaves the ETag of a counter as it is, and conditions work") {
  check_each(&defect_of_tags);
}

TEST_CASE("a proxy passes the longest list and the longest batch") {
  check_each(&defect_of_large_bodies);
}

TEST_CASE("a proxy passes what is within the limits and refuses what is over them") {
  check_each(&defect_of_limits);
}

TEST_CASE("a proxy answers Expect with 100 before the body") {
  check_each(&defect_of_expect);
}

TEST_CASE("a proxy answers pipelined requests in order") {
  check_each(&defect_of_pipelining);
}

TEST_CASE("a proxy passes each event of a stream at once") {
  check_each(&defect_of_streams);
}

TEST_CASE("behind a proxy each client counts once") {
  check_each(&defect_of_hits);
}

TEST_CASE("nobody makes a backup through a proxy, however its path is spelled") {
  check_each(&defect_of_admin);
}
