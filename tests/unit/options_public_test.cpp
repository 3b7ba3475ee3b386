#include "rights/limits.hpp"
#include "tests/unit/options_support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

using unit::accepted;
using unit::arguments;
using unit::check_refused;

using namespace std::chrono_literals;

TEST_CASE("nothing is published unless a flag says so") {
  const auto published = accepted({}).access.published;
  CHECK(published.readable.empty());
  CHECK(published.countable.empty());
  CHECK(published.hit_interval == 30s);
  CHECK_FALSE(published.may_be_read("x"));
  CHECK_FALSE(published.may_be_counted("x"));
}

TEST_CASE("--public and --public-hit take prefixes, alone and in lists") {
  const auto published = accepted({"--public", "blog/, x%20y", "--public", "z%2Cz", "--public-hit",
                                   "gr%C3%BC", "--hit-interval", "5m"})
                             .access.published;
  CHECK(published.readable == std::vector<std::string>{"blog/", "x y", "z,z"});
  CHECK(published.countable == std::vector<std::string>{"gr\u00fc"});
  CHECK(published.hit_interval == 5min);
  CHECK(published.may_be_read("blog/post"));
  CHECK_FALSE(published.may_be_counted("blog/post"));
  CHECK(published.may_be_counted("gr\u00fcn"));
  CHECK(published.may_be_read("gr\u00fcn"));
  CHECK_FALSE(published.may_be_read("blog"));
}

TEST_CASE("* stands for every counter") {
  const auto published = accepted({"--public", "*"}).access.published;
  CHECK(published.may_be_read("anything"));
  CHECK_FALSE(published.may_be_counted("anything"));
  CHECK_FALSE(accepted({"--public", "%2A"}).access.published.may_be_read("anything"));
}

TEST_CASE("a prefix that is none is refused, with the flag and what it should be") {
  for (const std::string bad : {"a,,b", "a b", "a*", "%zz", "%ff", "gr\u00fc", "a,"}) {
    CAPTURE(bad);
    check_refused({"--public", bad}, "percent-encoded");
    check_refused({"--public-hit", bad}, "--public-hit");
  }
  arguments many;
  for (std::size_t i = 0; i < rights::limits::public_prefixes_max; ++i)
    many.insert(many.end(), {"--public", "a"});
  CHECK(accepted(many).access.published.readable.size() == rights::limits::public_prefixes_max);
  many.insert(many.end(), {"--public", "*"});
  check_refused(many, "more than 100 prefixes");
}

TEST_CASE("hits are remembered no longer than anything else") {
  check_refused({"--public-hit", "a", "--hit-interval", "2m", "--idempotency-ttl", "1m"},
                "--hit-interval 2m");
  check_refused({"--public-hit", "a", "--idempotency-ttl", "10s"}, "--idempotency-ttl: 10s");
  check_refused({"--public-hit", "a", "--idempotency-max", "0"}, "--hit-interval 0");
  CHECK(accepted({"--public-hit", "a", "--idempotency-max", "0", "--hit-interval", "0"})
            .access.published.hit_interval == 0s);
  // Hits of those who may count anyway are remembered as long as possible.
  CHECK(accepted({"--idempotency-ttl", "10s"}).access.published.hit_interval == 30s);
  CHECK(accepted({"--idempotency-max", "0"}).access.published.hit_interval == 30s);
  check_refused({"--hit-interval", "-1s"}, "--hit-interval");
}

TEST_CASE("who publishes is warned that strangers behind a proxy may do more") {
  const auto warns = [](const arguments& given) {
    const auto warnings = accepted(given).warnings;
    return std::count_if(warnings.begin(), warnings.end(), [](const std::string& line) {
             return line.find("--public-hit take no right") != line.npos;
           }) == 1;
  };
  CHECK(warns({"--public", "a"}));
  CHECK(warns({"--public-hit", "a"}));
  CHECK_FALSE(warns({"--public-hit", "a", "--anonymous", "none"}));
  CHECK_FALSE(warns({"--public-hit", "a", "--anonymous-local", "none"}));
  CHECK_FALSE(warns({"--public-hit", "a", "--tokens", "file"}));
  CHECK_FALSE(warns({"--hit-interval", "1s"}));
}
