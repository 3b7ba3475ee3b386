// The server without sockets: bytes of requests in, bytes of responses out, with
// everything between them - parser, store client, batches, actors - on as many event
// loops as there are threads.

#include "actors/actor_store.hpp"
#include "bench/in_process/names.hpp"
#include "tests/actors/loop_parts.hpp"
#include "tests/actors/memory_connection.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace {

/// As many as a busy pass of an event loop has.
constexpr int connections_of_a_loop = 64;

const counter::limits limits;
std::unique_ptr<actors::actor_store> store;
std::vector<std::string> requests;
std::atomic<int> busy_loops;

/// Arguments: shards, names. Threads are event loops.
void set_up(const benchmark::State& state) {
  busy_loops = state.threads();
  store = std::make_unique<actors::actor_store>(static_cast<unsigned>(state.range(0)), limits);
  requests = bench::make_names(static_cast<std::size_t>(state.range(1)));
  for (auto& name : requests)
    name = "GET /inc?name=" + name + " HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n\r\n";
}

void requests_on_loops(benchmark::State& state) {
  loop_parts parts;
  const http::date date{parts.clock.second()};
  counter::store_client store_client{parts.loop, *store};
  bench::random_numbers random{static_cast<std::size_t>(state.thread_index()) + 1};
  std::vector<boost::intrusive_ptr<memory_connection>> connections;
  for (int i = 0; i < connections_of_a_loop; ++i)
    connections.emplace_back(new memory_connection{limits, store_client, date});
  auto is_any_waiting = [&] {
    return std::any_of(connections.begin(), connections.end(),
                       [](const auto& one) { return one->is_waiting(); });
  };
  for (auto _ : state) {
    {
      const counter::store_client::pass pass{store_client};
      for (auto& one : connections)
        if (!one->is_waiting())
          one->ask(requests[random.below(requests.size())]);
    }
    parts.tasks.run();
  }
  while (is_any_waiting())
    parts.run(store_client);
  // What another loop waits for may be left to this one.
  --busy_loops;
  while (busy_loops > 0)
    parts.run(store_client);
  std::size_t answers = 0;
  for (const auto& one : connections)
    answers += one->answers();
  state.SetItemsProcessed(static_cast<std::int64_t>(answers));
}
BENCHMARK(requests_on_loops)
    ->Setup(set_up)
    ->ArgNames({"shards", "names"})
    ->Args({1, 1})
    ->Args({1, 10000})
    ->Args({2, 10000})
    ->Threads(1)
    ->Threads(2)
    ->UseRealTime();

}  // namespace
