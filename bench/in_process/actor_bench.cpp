// The actor path without sockets: loops that fill batches, and shards that complete
// them.

#include "actors/actor_store.hpp"
#include "bench/in_process/names.hpp"

#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using pass = std::vector<std::unique_ptr<counter::batch>>;

/// An event loop that is polled.
class polled_loop final : public counter::event_loop, public counter::batch_origin {
public:
  void post(std::function<void()> task) override {
    std::lock_guard lock{mutex_};
    tasks_.push_back(std::move(task));
    has_work_ = true;
  }

  void wake() noexcept override {}
  void post_after(std::chrono::milliseconds, std::function<void()>) override {}
  bool is_here() const noexcept override { return std::this_thread::get_id() == thread_; }
  pass_time begin_pass() noexcept override { return {}; }

  void complete(std::unique_ptr<counter::batch> answered) noexcept override {
    if (is_here()) {
      completed.push_back(std::move(answered));
      return;
    }
    std::lock_guard lock{mutex_};
    from_others_.push_back(std::move(answered));
    has_work_ = true;
  }

  /// Returns false if there was nothing to do.
  bool poll() {
    if (!has_work_)
      return false;
    std::vector<std::function<void()>> tasks;
    {
      std::lock_guard lock{mutex_};
      tasks.swap(tasks_);
      for (auto& batch : from_others_)
        completed.push_back(std::move(batch));
      from_others_.clear();
      has_work_ = false;
    }
    for (auto& task : tasks)
      task();
    return true;
  }

  std::vector<std::unique_ptr<counter::batch>> completed;

private:
  const std::thread::id thread_ = std::this_thread::get_id();
  std::atomic<bool> has_work_ = false;
  std::mutex mutex_;
  std::vector<std::function<void()>> tasks_;
  std::vector<std::unique_ptr<counter::batch>> from_others_;
};

/// As many requests as a busy pass of an event loop has.
constexpr std::size_t commands_in_a_pass = 64;
constexpr std::size_t pending_batches_max = 16;

void run(benchmark::State& state, actors::actor_store& store,
         const std::vector<std::string>& names) {
  polled_loop loop;
  auto& submitter = store.connect(loop).submitter;
  const auto& placement = store.placement();
  pass next(placement.shards());
  std::vector<std::unique_ptr<counter::batch>> spare;
  std::size_t pending = 0;
  auto collect = [&] {
    loop.poll();
    pending -= loop.completed.size();
    for (auto& batch : loop.completed) {
      batch->clear();
      spare.push_back(std::move(batch));
    }
    loop.completed.clear();
  };
  bench::random_numbers random{static_cast<std::size_t>(state.thread_index()) + 1};
  for (auto _ : state) {
    for (std::size_t i = 0; i < commands_in_a_pass; ++i) {
      const auto& name = names[random.below(names.size())];
      const auto location = placement.of(name);
      auto& batch = next[location.shard];
      if (!batch && !spare.empty()) {
        batch = std::move(spare.back());
        spare.pop_back();
      }
      if (!batch)
        batch = std::make_unique<counter::batch>(loop);
      batch->add({counter::operation::add, name, 1}, location.hash);
    }
    for (const auto& batch : next)
      pending += batch ? 1 : 0;
    submitter.submit(next);
    do {
      collect();
    } while (pending > pending_batches_max);
  }
  while (pending > 0)
    collect();
  while (loop.poll()) {
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(commands_in_a_pass));
}

std::unique_ptr<actors::actor_store> shared_store;
std::vector<std::string> shared_names;

/// Arguments: shards, names. Threads are event loops.
void set_up(const benchmark::State& state) {
  shared_store = std::make_unique<actors::actor_store>(static_cast<unsigned>(state.range(0)),
                                                       counter::limits{});
  shared_names = bench::make_names(static_cast<std::size_t>(state.range(1)));
}

void tear_down(const benchmark::State&) {
  shared_store->close();
}

void increments(benchmark::State& state) {
  run(state, *shared_store, shared_names);
}
BENCHMARK(increments)
    ->Setup(set_up)
    ->Teardown(tear_down)
    ->ArgNames({"shards", "names"})
    ->Args({1, 1})
    ->Args({1, 10000})
    ->Args({2, 10000})
    ->Threads(1)
    ->Threads(2)
    ->UseRealTime();

/// One command and its reply: the cost of a message that nothing shares.
void hop(benchmark::State& state) {
  actors::actor_store store{1, counter::limits{}};
  polled_loop loop;
  auto& submitter = store.connect(loop).submitter;
  pass next(1);
  next[0] = std::make_unique<counter::batch>(loop);
  for (auto _ : state) {
    next[0]->clear();
    next[0]->add({counter::operation::add, "i", 1}, store.placement().of("i").hash);
    submitter.submit(next);
    next[0] = std::move(loop.completed.back());
    loop.completed.pop_back();
  }
  store.close();
}
BENCHMARK(hop);

}  // namespace
