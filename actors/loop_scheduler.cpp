#include "actors/loop_scheduler.hpp"

#include "actors/tsan.hpp"

namespace actors {

namespace {

// A message is a batch. Enough to drain what other loops sent meanwhile, and few enough
// that the loop's own connections do not wait long.
constexpr std::size_t messages_in_a_row_max = 64;

}  // namespace

loop_scheduler::loop_scheduler(caf::actor_system& system, counter::event_loop& loop)
    : ready_list(system),
      loop_(loop) {}

loop_scheduler::~loop_scheduler() {
  for (auto* job : ready_)
    caf::intrusive_ptr_release(job);
}

void loop_scheduler::run() {
  run_once();
  if (!ready_.empty())
    loop_.post([this] { run(); });
}

void loop_scheduler::run_to_end() {
  while (!ready_.empty())
    run_once();
}

void loop_scheduler::make_ready(caf::resumable* job) {
  ready_.push_back(job);
}

void loop_scheduler::run_once() {
  running_.swap(ready_);
  for (auto* job : running_) {
    tsan_acquire(job);
    if (job->resume(this, messages_in_a_row_max) == caf::resumable::resume_later)
      ready_.push_back(job);
    else
      caf::intrusive_ptr_release(job);
  }
  running_.clear();
}

}  // namespace actors
