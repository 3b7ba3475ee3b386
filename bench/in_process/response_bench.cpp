#include "http/api/dispatcher.hpp"
#include "http/api/text/text_reply.hpp"
#include "http/protocol/pipeline.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace {

void render(benchmark::State& state) {
  const std::time_t now = 0;
  const http::date date{now};
  std::string output;
  const counter::command command{counter::operation::get, "visits", 0};
  for (auto _ : state) {
    output.clear();
    const http::text_reply text{command, {counter::outcome::ok, 123456}};
    http::render(output, text.response(), {true, true, false}, date.text());
    benchmark::DoNotOptimize(output.data());
  }
}
BENCHMARK(render);

/// A connection from its bytes to its responses, with as many requests pending
/// as the argument says.
void exchange(benchmark::State& state) {
  const counter::limits limits;
  const std::time_t now = 0;
  const http::date date{now};
  const http::v1::server_info server_info;
  http::router router{server_info};
  http::pipeline pipeline{limits, date, nullptr, &router.known_hosts()};
  http::loop_metrics metrics;
  http::dispatcher dispatcher{pipeline, router, metrics, {.is_local = true}};
  std::string bytes;
  for (std::int64_t i = 0; i < state.range(0); ++i)
    bytes += "GET /inc?name=i HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n\r\n";
  for (auto _ : state) {
    pipeline.feed(bytes);
    std::uint64_t last = 0;
    while (auto taken = dispatcher.next_call())
      last = taken->slot;
    pipeline.next_step(true);
    const counter::command command{counter::operation::add, "i", 1};
    for (auto slot = last + 1 - static_cast<std::uint64_t>(state.range(0)); slot <= last; ++slot)
      dispatcher.complete(slot, {command, {counter::outcome::ok, 1}});
    pipeline.consume_output(pipeline.output().size());
    pipeline.shrink(counter::limits::retained_bytes_max);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(exchange)->Arg(1)->Arg(32);

}  // namespace
