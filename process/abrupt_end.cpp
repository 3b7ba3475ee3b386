#include "process/abrupt_end.hpp"

#include "process/standard_streams.hpp"

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <exception>
#include <new>
#include <string>

namespace process {

namespace {

[[noreturn]] void end_terminated_start() {
  try {
    if (const auto error = std::current_exception())
      std::rethrow_exception(error);
  } catch (const std::exception& error) {
    end_start(error.what());
  } catch (...) {
  }
  end_start("the start has failed");
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

void end_start(const char* reason) {
  print_error("counterd: " + std::string{reason} + "\n");
  std::_Exit(EXIT_FAILURE);
}

void end_start_on_exception() {
  std::set_terminate(&end_terminated_start);
}

void abort_on_exception() {
  std::set_terminate(&abort_run);
}

}  // namespace process
