// Requests of two event loops, each on its thread, of which one runs at a time: under
// bench/shared_lines, which traces what they write. The threads take turns at known
// points, so every run is the same.
//
//     shared_lines own|same|other inc|keyed|create REQUESTS
//
// own: each loop asks a shard of its own. same: both ask one shard, which each loop runs
// itself. other: the shard is running on another loop when it is asked, so that loop
// completes the batch.

#include "actors/actor_store.hpp"
#include "counter/shard/placement.hpp"
#include "tests/actors/loop_parts.hpp"
#include "tests/actors/memory_connection.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <semaphore>
#include <string>
#include <thread>

namespace {

constexpr unsigned shards = 2;
constexpr int warm_up = 300;  // more than a lease of a quota

// On lines that bench/shared_lines leaves out: they are not the server's.
struct alignas(64) marks {
  volatile int begin = 0;  // written where the measurement begins
  volatile int end = 0;    // and where it ends
};
marks mark;
struct alignas(64) turn {
  std::binary_semaphore semaphore{0};
};
turn turns[2];

void pass_turn(int from, int to) {
  turns[to].semaphore.release();
  turns[from].semaphore.acquire();
}

/// Names that belong to one shard, and to nobody else with another prefix.
class names {
public:
  names(const counter::placement& placement, unsigned shard, std::string prefix)
      : placement_(placement),
        shard_(shard),
        prefix_(std::move(prefix)) {}

  std::string next() {
    std::string name;
    do
      name = prefix_ + std::to_string(number_++);
    while (placement_.of(name).shard != shard_);
    return name;
  }

private:
  const counter::placement& placement_;
  const unsigned shard_;
  const std::string prefix_;
  int number_ = 0;
};

/// One event loop with one connection.
class loop {
public:
  loop(actors::actor_store& store, const std::string& prefix, unsigned shard, std::string kind)
      : client_(parts_.loop, store),
        connection_(new memory_connection{limits_, client_, date_}),
        names_(store.placement(), shard, prefix),
        name_(names_.next()),
        kind_(std::move(kind)) {}

  void send() {
    const counter::store_client::pass pass{client_};
    connection_->ask(
        "GET /inc?name=" + (kind_ == "create" ? names_.next() : name_) +
        " HTTP/1.1\r\nHost: localhost\r\n" +
        (kind_ == "keyed" ? "Idempotency-Key: key" + std::to_string(++key_) + "\r\n" : "") +
        "\r\n");
  }

  /// Does what a round of http::worker does apart from sockets.
  void receive() {
    parts_.tasks.begin_wait();
    parts_.tasks.end_wait();
    parts_.run(client_);
    if (connection_->is_waiting())
      std::abort();
  }

private:
  const counter::limits limits_;
  loop_parts parts_;
  const http::date date_{parts_.clock.second()};
  counter::store_client client_;
  boost::intrusive_ptr<memory_connection> connection_;
  names names_;
  const std::string name_;
  const std::string kind_;
  int key_ = 0;
};

/// A batch whose completion calls a function, while its shard is still running.
class interruption final : public counter::batch_origin {
public:
  interruption(actors::actor_store& store, counter::event_loop& loop, unsigned shard)
      : submitter_(store.connect(loop).submitter),
        shard_(shard),
        name_(names{store.placement(), shard, "n"}.next()),
        hash_(store.placement().of(name_).hash),
        batch_(std::make_unique<counter::batch>(*this)) {}

  void run(std::function<void()> during) {
    during_ = std::move(during);
    batch_->add({counter::operation::get, name_, 0}, hash_);
    std::unique_ptr<counter::batch> pass[shards];
    pass[shard_] = std::move(batch_);
    submitter_.submit(pass);
    batch_->clear();
  }

  void complete(std::unique_ptr<counter::batch> completed) noexcept override {
    batch_ = std::move(completed);
    during_();
  }

private:
  counter::submitter& submitter_;
  const unsigned shard_;
  const std::string name_;
  const std::uint64_t hash_;
  std::unique_ptr<counter::batch> batch_;
  std::function<void()> during_;
};

void mark_round(int round, int rounds) {
  if (round == warm_up)
    mark.begin = 1;
  if (round == rounds)
    mark.end = 1;
}

/// Each thread sends and receives in its turn.
void take_turns(actors::actor_store& store, int thread, unsigned shard, const std::string& kind,
                int rounds) {
  loop own{store, std::string(1, static_cast<char>('a' + thread)), shard, kind};
  for (int i = 0; i <= rounds; ++i) {
    if (thread == 0)
      mark_round(i, rounds);
    own.send();
    own.receive();
    pass_turn(thread, 1 - thread);
  }
  turns[1 - thread].semaphore.release();
}

/// The thread that sends, while the other one runs the shard.
void send_in_between(actors::actor_store& store, const std::string& kind, int rounds) {
  loop own{store, "a", 0, kind};
  for (int i = 0; i <= rounds; ++i) {
    pass_turn(0, 1);  // until the shard is running there
    mark_round(i, rounds);
    own.send();
    pass_turn(0, 1);  // until it has stopped
    own.receive();
  }
  turns[1].semaphore.release();
}

void run_shard(actors::actor_store& store, int rounds) {
  loop_parts parts;
  interruption interruption{store, parts.loop, 0};
  for (int i = 0; i <= rounds; ++i) {
    interruption.run([] { pass_turn(1, 0); });
    pass_turn(1, 0);
  }
}

/// Where the code is, and what is to be left out.
void describe() {
  std::ifstream maps{"/proc/self/maps"};
  std::cout << maps.rdbuf();
  std::printf("begin %p\nend %p\nturn %p\nturn %p\n", const_cast<int*>(&mark.begin),
              const_cast<int*>(&mark.end), static_cast<void*>(&turns[0]),
              static_cast<void*>(&turns[1]));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4)
    return 2;
  const std::string way = argv[1], kind = argv[2];
  const int rounds = warm_up + std::atoi(argv[3]);
  describe();
  const counter::limits limits;
  actors::actor_store store{shards, limits};
  std::thread other{[&] {
    turns[1].semaphore.acquire();
    if (way == "other")
      run_shard(store, rounds);
    else
      take_turns(store, 1, way == "own" ? 1 : 0, kind, rounds);
  }};
  if (way == "other")
    send_in_between(store, kind, rounds);
  else
    take_turns(store, 0, 0, kind, rounds);
  other.join();
}
