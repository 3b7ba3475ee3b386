#include "metrics/exposition.hpp"
#include "metrics/family.hpp"
#include "metrics/pulse.hpp"
#include "metrics/tally.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace std::chrono_literals;

TEST_CASE("a tally is the sum of what was added to it") {
  metrics::tally tally;
  CHECK(tally.value() == 0);
  tally.add();
  tally.add(41);
  CHECK(tally.value() == 42);
  tally.set(7);
  CHECK(tally.value() == 7);
}

TEST_CASE("a pulse is busy from begin() to end()") {
  const auto now = metrics::pulse::clock::now();
  metrics::pulse pulse;
  CHECK(pulse.busy_for(now) == 0s);
  pulse.begin(now);
  CHECK(pulse.busy_for(now + 3s) == 3s);
  CHECK(pulse.busy_for(now - 1s) == 0s);  // another thread's clock is behind
  pulse.end();
  CHECK(pulse.busy_for(now + 3s) == 0s);
}

TEST_CASE("a histogram counts a value in the first bucket whose bound is not less") {
  metrics::histogram<metrics::sizes> histogram;
  for (const std::uint64_t value : {0u, 1u, 2u, 3u, 4u, 5u, 65'536u, 65'537u, 4'000'000'000u})
    histogram.add(value);
  const auto values = histogram.values();
  CHECK(values.counts[0] == 2);   // 0 and 1
  CHECK(values.counts[1] == 1);   // 2
  CHECK(values.counts[2] == 2);   // 3 and 4
  CHECK(values.counts[3] == 1);   // 5
  CHECK(values.counts[16] == 1);  // 65,536
  CHECK(values.counts[17] == 2);  // above
  CHECK(values.sum == 15 + 65'536 + 65'537 + 4'000'000'000u);
}

TEST_CASE("a histogram adds a value several times at once, and no negative duration") {
  metrics::histogram<metrics::durations> histogram;
  histogram.add(60us, 1000);
  histogram.add(-5s);
  CHECK(histogram.values().counts[0] == 1);
  CHECK(histogram.values().counts[1] == 1000);
  CHECK(histogram.values().sum == 60'000'000);
}

TEST_CASE("the values of two histograms add up bucket by bucket") {
  metrics::histogram<metrics::sizes> one;
  metrics::histogram<metrics::sizes> other;
  one.add(std::uint64_t{1});
  other.add(std::uint64_t{1});
  other.add(std::uint64_t{100});
  auto sum = one.values();
  sum += other.values();
  CHECK(sum.counts[0] == 2);
  CHECK(sum.counts[7] == 1);
  CHECK(sum.sum == 102);
}

TEST_CASE("to_text() renders counters and gauges with their labels, and help of all") {
  metrics::report report;
  report.begin(metrics::kind::counter, "a_total", "What a is.")
      .add({{"x", "1"}, {"y", "two"}}, std::uint64_t{9'007'199'254'740'992})
      .add({{"x", "2"}, {"y", ""}}, 0.25);
  report.add(metrics::kind::gauge, "b", "What b is.", -1);
  CHECK(metrics::to_text(report) ==
        "# HELP a_total What a is.\n"
        "# TYPE a_total counter\n"
        "a_total{x=\"1\",y=\"two\"} 9007199254740992\n"
        "a_total{x=\"2\",y=\"\"} 0.25\n"
        "# HELP b What b is.\n"
        "# TYPE b gauge\n"
        "b -1\n");
}

TEST_CASE("to_text() escapes what would end a label") {
  metrics::report report;
  report.begin(metrics::kind::gauge, "a", "Help.").add({{"x", "\"\\\n"}}, 1.0);
  CHECK(metrics::to_text(report).find("a{x=\"\\\"\\\\\\n\"} 1\n") != std::string::npos);
}

TEST_CASE("to_text() renders cumulative buckets in seconds, and the last one has everything") {
  metrics::histogram<metrics::durations> histogram;
  histogram.add(50us);
  histogram.add(2500us, 2);
  histogram.add(11s);
  metrics::report report;
  report.begin(metrics::kind::histogram, "t_seconds", "Time.")
      .add({{"via", "x"}}, metrics::durations, histogram.values());
  const auto text = metrics::to_text(report);
  for (const std::string line :
       {"t_seconds_bucket{via=\"x\",le=\"5e-05\"} 1\n",
        "t_seconds_bucket{via=\"x\",le=\"0.001\"} 1\n",
        "t_seconds_bucket{via=\"x\",le=\"0.0025\"} 3\n",
        "t_seconds_bucket{via=\"x\",le=\"10\"} 3\n", "t_seconds_bucket{via=\"x\",le=\"+Inf\"} 4\n",
        "t_seconds_count{via=\"x\"} 4\n", "t_seconds_sum{via=\"x\"} 11.00505\n"}) {
    CAPTURE(line);
    CHECK(text.find(line) != std::string::npos);
  }
}
