#include "http/api/router.hpp"
#include "http/protocol/request_parser.hpp"

#include <benchmark/benchmark.h>

#include <string_view>

namespace {

constexpr std::string_view as_wrk_sends =
    "GET /inc?name=i HTTP/1.1\r\n"
    "Host: 127.0.0.1:8000\r\n"
    "\r\n";

constexpr std::string_view as_a_browser_sends =
    "GET /inc?name=i HTTP/1.1\r\n"
    "Host: localhost:8000\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: en-US,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Connection: keep-alive\r\n"
    "Upgrade-Insecure-Requests: 1\r\n"
    "Sec-Fetch-Dest: document\r\n"
    "Sec-Fetch-Mode: navigate\r\n"
    "Sec-Fetch-Site: none\r\n"
    "Priority: u=0, i\r\n"
    "\r\n";

void parse(benchmark::State& state, std::string_view bytes) {
  http::request_parser parser;
  for (auto _ : state) {
    benchmark::DoNotOptimize(parser.parse(bytes));
    parser.restart();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK_CAPTURE(parse, wrk, as_wrk_sends);
BENCHMARK_CAPTURE(parse, browser, as_a_browser_sends);

void route(benchmark::State& state) {
  const http::v1::server_info server_info;
  http::router router{server_info};
  http::request request;
  request.method = http::method::get;
  request.target = "/inc?name=i";
  for (auto _ : state) {
    auto action = router.route(request, {.is_local = true});
    benchmark::DoNotOptimize(action);
  }
}
BENCHMARK(route);

}  // namespace
