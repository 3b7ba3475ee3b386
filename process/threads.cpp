#include "process/threads.hpp"

#include <exception>
#include <latch>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace process {

void require_threads(std::size_t count) {
  std::latch is_over{1};
  std::vector<std::thread> threads;
  threads.reserve(count);
  std::string refusal;
  std::exception_ptr shortage;
  try {
    while (threads.size() < count)
      threads.emplace_back([&is_over] { is_over.wait(); });
  } catch (const std::system_error& error) {
    refusal =
        "the system permits " + std::to_string(threads.size()) + " of the " +
        std::to_string(count) +
        " threads that are needed (ulimit -u, ulimit -v, pids.max): " + error.code().message();
  } catch (...) {
    shortage = std::current_exception();
  }
  is_over.count_down();
  for (auto& thread : threads)
    thread.join();
  if (shortage)
    std::rethrow_exception(shortage);
  if (!refusal.empty())
    throw std::runtime_error(refusal);
}

void call_without_unwinding(const std::function<void()>& call) {
  std::thread{call}.join();
}

}  // namespace process
