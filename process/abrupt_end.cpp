#include "process/abrupt_end.hpp"

#include "counter/control_character.hpp"
#include "process/standard_streams.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>  // defines __GLIBC__
#include <new>
#include <string_view>
#include <system_error>

#include <unistd.h>

#ifdef __GLIBC__
#include <execinfo.h>
#endif

namespace process {

namespace {

std::atomic_flag is_ending;

// A thread may be refused inside a library, which then throws what std::thread does.
constexpr std::string_view no_thread =
    "the system permits no further thread (ulimit -u, ulimit -v, pids.max): ";

[[noreturn]] void end_with(std::string_view cause, std::string_view reason,
                           int exit_code = EXIT_FAILURE) noexcept {
  // One line is enough, and the first thread ends the others.
  while (is_ending.test_and_set())
    ::pause();
  char line[2'000];
  auto* const end = line + reason.copy(line, sizeof line);
  counter::hide_control_characters(line, end);
  print_error({"counterd: ", cause, {line, end}, "\n"});
  std::_Exit(exit_code);
}

[[noreturn]] void end_terminated_start() {
  try {
    if (const auto error = std::current_exception())
      std::rethrow_exception(error);
  } catch (const std::exception& error) {
    end_start(error);
  } catch (...) {
  }
  end_with({}, "the start has failed");
}

[[noreturn]] void abort_run() {
  try {
    if (const auto error = std::current_exception())
      std::rethrow_exception(error);
  } catch (const std::bad_alloc&) {
    spdlog::critical("ending: no memory is left");
  } catch (const std::exception& error) {
    spdlog::critical("ending: {}", error.what());
  } catch (...) {
  }
  std::abort();
}

}  // namespace

void end_start(const std::exception& reason, int exit_code) noexcept {
  if (dynamic_cast<const std::bad_alloc*>(&reason) != nullptr)
    end_with({}, "no memory is left");
  const auto* system = dynamic_cast<const std::system_error*>(&reason);
  const bool is_thread =
      system != nullptr && system->code() == std::errc::resource_unavailable_try_again;
  end_with(is_thread ? no_thread : std::string_view{}, reason.what(), exit_code);
}

void end_start_on_exception() {
#ifdef __GLIBC__
  // Has the C library load its unwinder while there is memory: an exception that passes a frame of
  // the library, such as pthread_once(), would abort the process if it could not load it then.
  void* frame = nullptr;
  ::backtrace(&frame, 1);
#endif
  std::set_terminate(&end_terminated_start);
}

void abort_on_exception() {
  std::set_terminate(&abort_run);
}

}  // namespace process
