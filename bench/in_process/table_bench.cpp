#include "counter/shard/table.hpp"

#include "bench/in_process/names.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace {

void increment(benchmark::State& state) {
  const auto names = bench::make_names(static_cast<std::size_t>(state.range(0)));
  counter::quota counters{names.size()}, idempotency_records{0};
  const counter::siphash_key key{1, 2};
  counter::table table{{counters, idempotency_records, std::chrono::hours{1}, key}};
  bench::random_numbers random{0};
  const counter::time_point now{};
  for (auto _ : state) {
    const auto& name = names[random.below(names.size())];
    benchmark::DoNotOptimize(
        table.apply({counter::operation::add, name, 1}, siphash(key, name), now));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(increment)->Arg(1)->Arg(1000)->Arg(100000);

}  // namespace
