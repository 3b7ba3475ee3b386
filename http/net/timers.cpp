#include "http/net/timers.hpp"

#include <utility>
#include <vector>

namespace http {

void timers::add(std::chrono::milliseconds delay, std::function<void()> task) {
  tasks_.emplace(clock_.now() + delay, std::move(task));
}

void timers::run() {
  if (next() > clock_.now())
    return;
  std::vector<std::function<void()>> due;
  while (next() <= clock_.now())
    due.push_back(std::move(tasks_.extract(tasks_.begin()).mapped()));
  for (auto& task : due)
    task();
}

}  // namespace http
