#include "process/bounded_call.hpp"

#include <atomic>
#include <future>
#include <memory>
#include <system_error>
#include <thread>

namespace process {

namespace {

constexpr int calls_max = 5;
std::atomic<int> calls = 0;

}  // namespace

bool call_within(std::chrono::milliseconds patience, const std::function<void()>& call) {
  if (calls.fetch_add(1) >= calls_max) {
    calls.fetch_sub(1);
    return false;
  }
  const auto is_over = std::make_shared<std::promise<void>>();
  const auto end = is_over->get_future();
  try {
    std::thread{[call, is_over] {
      call();
      calls.fetch_sub(1);
      is_over->set_value();
    }}.detach();
  } catch (const std::system_error&) {
    calls.fetch_sub(1);
    return false;
  }
  end.wait_for(patience);
  return true;
}

}  // namespace process
