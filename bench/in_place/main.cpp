// counterd with its tables behind mutexes in place of actors: the same HTTP, the
// same batches, applied where they are submitted. What the actors cost is the
// difference.

#include "config/options.hpp"
#include "counter/shard/apply_batch.hpp"
#include "counter/store/store.hpp"
#include "http/server/server.hpp"

#include <csignal>
#include <cstdio>
#include <deque>
#include <mutex>
#include <utility>

namespace {

class in_place_store final : public counter::store {
public:
  in_place_store(unsigned shards, const counter::limits& limits)
      : placement_(shards, {1, 2}),
        traits_{.shards = shards},
        layout_(counter::mailbox_layout::of_shards(shards)),
        counters_(limits.counters_max),
        idempotency_(limits.idempotency_records_max) {
    for (unsigned i = 0; i < shards; ++i)
      shards_.emplace_back(counter::table::settings{counters_, idempotency_, limits.idempotency_ttl,
                                                    placement_.key()});
  }

  const counter::store_traits& traits() const noexcept override { return traits_; }
  counter::health health() const noexcept override { return counter::health::good; }
  counter::usage usage() const noexcept override { return {counters_.used(), idempotency_.used()}; }
  counter::store_statistics statistics() const override { return {}; }
  const counter::placement& placement() const noexcept override { return placement_; }
  const counter::mailbox_layout& layout() const noexcept override { return layout_; }
  connection connect(counter::event_loop&) override {
    return {submitter_, std::exchange(is_first_, false)};
  }

private:
  struct shard {
    explicit shard(const counter::table::settings& settings) : table(settings) {}
    std::mutex mutex;
    counter::table table;
    counter::shard_metrics metrics;
  };

  struct in_place_submitter final : counter::submitter {
    explicit in_place_submitter(std::deque<shard>& all) : shards(all) {}

    void submit(std::span<std::unique_ptr<counter::batch>> pass) override {
      for (std::size_t i = 0; i < pass.size(); ++i) {
        if (!pass[i])
          continue;
        {
          std::lock_guard lock{shards[i].mutex};
          counter::apply_batch(*pass[i], shards[i].table, shards[i].metrics);
        }
        auto& origin = pass[i]->origin();
        origin.complete(std::move(pass[i]));
      }
    }

    std::deque<shard>& shards;
  };

  counter::placement placement_;
  const counter::store_traits traits_;
  const counter::mailbox_layout layout_;
  bool is_first_ = true;
  counter::quota counters_;
  counter::quota idempotency_;
  std::deque<shard> shards_;
  in_place_submitter submitter_{shards_};
};

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = config::parse_options(argc, argv);
  const auto* options = std::get_if<config::options>(&parsed);
  if (options == nullptr)
    return 2;
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  in_place_store store{options->shards, options->limits};
  http::server server{COUNTERD_VERSION, options->limits, {}, options->threads, store};
  for (const auto& where : options->listen)
    for (const auto& address : server.listen(http::audience::clients, where.host, where.port))
      std::printf("listening on http://%s\n", address.c_str());
  std::fflush(stdout);
  server.start();
  int received = 0;
  sigwait(&stop, &received);
  server.stop();
}
