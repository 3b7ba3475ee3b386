#include "process/bounded_call.hpp"

#include <future>
#include <memory>
#include <system_error>
#include <thread>

namespace process {

void call_within(std::chrono::milliseconds patience, const std::function<void()>& call) {
  const auto is_over = std::make_shared<std::promise<void>>();
  const auto end = is_over->get_future();
  try {
    std::thread{[call, is_over] {
      call();
      is_over->set_value();
    }}.detach();
  } catch (const std::system_error&) {
    call();
    return;
  }
  end.wait_for(patience);
}

}  // namespace process
