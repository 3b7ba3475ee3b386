#include "http/api/metrics/loop_metrics.hpp"

#include "http/api/metrics/loop_report.hpp"
#include "http/api/metrics/store_report.hpp"
#include "http/api/v1/problem.hpp"
#include "http/api/v1/statistics.hpp"
#include "metrics/exposition.hpp"
#include "tests/unit/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <set>
#include <string>
#include <vector>

using http::loop_metrics;
using namespace std::chrono_literals;

namespace {

metrics::report report_of(const std::deque<loop_metrics>& loops) {
  std::vector<const loop_metrics*> pointers;
  for (const auto& loop : loops)
    pointers.push_back(&loop);
  metrics::report report;
  http::report_loops(report, pointers);
  return report;
}

bool has_line(const metrics::report& report, const std::string& line) {
  const auto text = "\n" + metrics::to_text(report);
  return text.find("\n" + line + "\n") != std::string::npos;
}

std::size_t samples_in(const metrics::report& report) {
  const auto text = metrics::to_text(report);
  std::size_t samples = 0;
  for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1)
    if (text[begin] != '#')
      ++samples;
  return samples;
}

}  // namespace

TEST_CASE("responses count by route and class, whoever has written them") {
  unit::connection connection;
  connection.feed(unit::get("/inc") + unit::get("/") + unit::get("/") + unit::get("/nowhere") +
                  unit::get("/v1/counters?bad=1"));
  const auto& requests = connection.metrics.requests;
  CHECK(requests[http::increment_path][2].value() == 1);  // 400: no name
  CHECK(requests[http::find_path("/").routes->index][0].value() == 2);
  CHECK(requests[loop_metrics::unrouted][2].value() == 1);
  CHECK(requests[http::find_path("/v1/counters").routes->index][2].value() == 1);
  const auto& refusals = connection.metrics.refusals;
  CHECK(refusals[static_cast<std::size_t>(http::v1::code::bad_request)].value() == 1);
  CHECK(refusals[static_cast<std::size_t>(http::v1::code::no_such_route)].value() == 1);
  CHECK(refusals[static_cast<std::size_t>(http::v1::code::invalid_parameter)].value() == 1);
}

TEST_CASE("replies of the store count for the path that asked for them") {
  unit::connection connection;
  for (const auto& command : connection.feed(unit::get("/inc?name=x") + unit::get("/get?name=x") +
                                             unit::get("/set?name=x&val=1")))
    connection.complete(command);
  for (const auto& command : connection.feed(unit::get("/inc?name=x") + unit::get("/get?name=x")))
    connection.complete(command, {counter::outcome::overloaded});
  const auto& requests = connection.metrics.requests;
  CHECK(requests[http::increment_path][0].value() == 1);
  CHECK(requests[http::read_path][0].value() == 1);
  CHECK(requests[http::set_path][0].value() == 1);
  CHECK(requests[http::increment_path][3].value() == 1);
  CHECK(requests[http::read_path][3].value() == 1);
  CHECK(connection.metrics.refusals[static_cast<std::size_t>(http::v1::code::overloaded)].value() ==
        2);
}

TEST_CASE("prompt responses count with the length of their pass, late ones with their wait") {
  loop_metrics loop;
  const auto begin = metrics::pulse::clock::now();
  const http::response ok;
  loop.count(0, ok);
  loop.begin_replies(300ms);
  loop.count(0, ok);
  loop.count(0, ok);
  loop.begin_replies(40ms);
  loop.count(0, ok);
  loop.begin_replies({});
  loop.count(0, ok);
  loop.end_pass(begin, begin + 60us, true);
  CHECK(loop.prompt_seconds.values().counts[1] == 2);
  CHECK(loop.prompt_seconds.values().sum == 120'000);
  CHECK(loop.late_seconds.values().counts[12] == 2);  // up to 500 ms
  CHECK(loop.late_seconds.values().counts[9] == 1);   // up to 50 ms
  CHECK(loop.late_seconds.values().sum == 640'000'000);
  CHECK(loop.pass_seconds.values().sum == 60'000);
  // The next pass begins anew.
  loop.end_pass(begin, begin + 1us, false);
  CHECK(loop.prompt_seconds.values().sum == 120'000);
  CHECK(loop.passes_behind.value() == 1);
}

TEST_CASE("a report has every route and every code from the start") {
  const std::deque<loop_metrics> loops(1);
  const auto report = report_of(loops);
  for (const auto& path : http::paths())
    for (const std::string status_class : {"2xx", "3xx", "4xx", "5xx"})
      CHECK(has_line(report, "counterd_http_requests_total{route=\"" + std::string{path.path} +
                                 "\",class=\"" + status_class + "\"} 0"));
  for (std::size_t i = 0; i < http::v1::codes; ++i)
    CHECK(has_line(report, "counterd_http_refusals_total{code=\"" +
                               std::string{http::v1::text_of(static_cast<http::v1::code>(i))} +
                               "\"} 0"));
}

TEST_CASE("a report has the same series whatever peers send") {
  unit::connection connection;
  const auto before = samples_in(report_of(std::deque<loop_metrics>(1)));
  for (const auto& command :
       connection.feed(unit::get("/inc?name=a") + unit::get("/some/path") +
                       unit::request("PATCH", "/v1/counters/c") +
                       unit::get("/inc?name=a", "Origin: https://evil.example\r\n")))
    connection.complete(command);
  metrics::report report;
  const std::vector<const loop_metrics*> pointers{&connection.metrics};
  http::report_loops(report, pointers);
  CHECK(samples_in(report) == before);
}

TEST_CASE("a report adds up the loops, and folds what each has done if there are many") {
  std::deque<loop_metrics> loops(64);
  const http::response ok;
  for (auto& loop : loops)
    loop.count(0, ok);
  const auto begin = metrics::pulse::clock::now();
  loops[3].end_pass(begin, begin + 1500ms, true);
  auto report = report_of(loops);
  CHECK(has_line(report, R"(counterd_http_requests_total{route="/inc",class="2xx"} 64)"));
  CHECK(has_line(report, R"(counterd_loop_busy_seconds_total{loop="3"} 1.5)"));
  loops.emplace_back().end_pass(begin, begin + 1s, true);
  report = report_of(loops);
  CHECK(has_line(report, R"(counterd_loop_busy_seconds_total{loop="all"} 2.5)"));
  CHECK_FALSE(has_line(report, R"(counterd_loop_busy_seconds_total{loop="3"} 1.5)"));
}

TEST_CASE("names and labels of all families are those that Prometheus permits") {
  const counter::shard_metrics shard;
  counter::store_statistics store;
  store.shards.push_back({.metrics = &shard});
  auto report = report_of(std::deque<loop_metrics>(1));
  http::report_store(report, store, {});
  std::set<std::string> names;
  for (const auto& family : report.families()) {
    const std::string name{family.name};
    CAPTURE(name);
    CHECK(names.insert(name).second);
    CHECK(name.starts_with("counterd_"));
    CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == name.npos);
    CHECK(name.ends_with("_total") == (family.kind == metrics::kind::counter));
    CHECK(family.help.ends_with('.'));
  }
}

TEST_CASE("/v1/stats has the numbers of a report as JSON") {
  metrics::histogram<metrics::sizes> histogram;
  histogram.add(std::uint64_t{2}, 3);
  histogram.add(std::uint64_t{100'000});
  metrics::report report;
  report.begin(metrics::kind::counter, "a_total", "A.").add({{"x", "1"}}, std::uint64_t{12});
  report.add(metrics::kind::gauge, "b", "B.", 0.5);
  report.begin(metrics::kind::histogram, "c", "C.").add({}, metrics::sizes, histogram.values());
  const auto text = http::v1::describe(report);
  CHECK(text.starts_with(
      R"({"metrics":[{"name":"a_total","type":"counter","help":"A.","samples":[{"labels":{"x":"1"},"value":12}]},)"
      R"({"name":"b","type":"gauge","help":"B.","samples":[{"labels":{},"value":0.5}]},)"
      R"({"name":"c","type":"histogram","help":"C.","samples":[{"labels":{},"buckets":[{"le":1,"count":0},{"le":2,"count":3},)"));
  CHECK(
      text.ends_with("{\"le\":65536,\"count\":3},{\"le\":null,\"count\":4}],\"count\":4,"
                     "\"sum\":100006}]}]}\n"));
}
