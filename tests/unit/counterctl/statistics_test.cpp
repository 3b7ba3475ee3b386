#include "counterctl/formats/statistics.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using counterctl::labels_text;
using counterctl::statistics;

namespace {

statistics with_counts(int below, int in_second, int above) {
  const auto text = [](int number) { return std::to_string(number); };
  return statistics::parse(
      R"({"metrics":[{"name":"r","type":"counter","help":"","samples":[)"
      R"({"labels":{"class":"2xx"},"value":7},{"labels":{"class":"5xx"},"value":2}]},)"
      R"({"name":"t","type":"histogram","help":"","samples":[{"labels":{},"buckets":[)"
      R"({"le":0.001,"count":)" +
      text(below) + R"(},{"le":0.01,"count":)" + text(below + in_second) +
      R"(},{"le":null,"count":)" + text(below + in_second + above) + R"(}],"count":)" +
      text(below + in_second + above) + R"(,"sum":1.5}]}]})");
}

}  // namespace

TEST_CASE("statistics sums the series of a name, with a label or without") {
  const auto now = with_counts(1, 0, 0);
  CHECK(now.sum("r") == 9);
  CHECK(now.sum("r", "class", "5xx") == 2);
  CHECK(now.sum("r", "class", "3xx") == 0);
  CHECK(now.sum("r", "route", "5xx") == 0);
  CHECK(now.sum("unknown") == 0);
  CHECK(now.sum("t_sum") == 1.5);
  CHECK(labels_text(now.all().front()) == R"({class="2xx"})");
}

TEST_CASE("statistics finds quantiles of what a histogram has counted in between") {
  const auto before = with_counts(100, 0, 0);
  CHECK_FALSE(before.quantile(before, "t", 0.5));
  CHECK_FALSE(before.quantile(before, "unknown", 0.5));
  // Ten more in the first bucket, ten in the second.
  const auto now = with_counts(110, 10, 0);
  CHECK(now.quantile(before, "t", 0.5) == doctest::Approx(0.001));
  CHECK(now.quantile(before, "t", 0.25) == doctest::Approx(0.0005));
  CHECK(now.quantile(before, "t", 0.75) == doctest::Approx(0.0055));
  // Above the last bound nothing more is known.
  CHECK(with_counts(100, 0, 5).quantile(before, "t", 0.9) == doctest::Approx(0.01));
}

TEST_CASE("statistics refuses another program's answer") {
  for (const std::string body : {"", "{}", "[]", R"({"metrics":5})", R"({"metrics":[5]})",
                                 R"({"metrics":[{"name":"x"}]})"}) {
    CAPTURE(body);
    CHECK_THROWS_AS(statistics::parse(body), std::exception);
  }
}
