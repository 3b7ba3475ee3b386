#include "counter/table.hpp"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <string>
#include <vector>

namespace {

std::vector<std::string> make_names(std::size_t count) {
  std::vector<std::string> names(count);
  for (std::size_t i = 0; i < count; ++i) {
    char name[32];
    std::snprintf(name, sizeof name, "%020zu", i);
    names[i] = name;
  }
  return names;
}

void increment(benchmark::State& state) {
  const auto names = make_names(static_cast<std::size_t>(state.range(0)));
  counter::quota room{names.size()};
  counter::table table{room, {1, 2}};
  std::size_t next = 0;
  for (auto _ : state) {
    next = next * 6364136223846793005 + 1442695040888963407;
    const auto& name = names[(next >> 33) % names.size()];
    benchmark::DoNotOptimize(table.apply({counter::operation::add, name, 1}));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(increment)->Arg(1)->Arg(1000)->Arg(100000);

}  // namespace
