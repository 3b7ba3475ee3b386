// Preloaded into a server, ours or PostgreSQL's (LD_PRELOAD), shifts its wall clock by
// SHIFTED_CLOCK_SECONDS. With SHIFTED_CLOCK_FILE it does so only once that file exists, as if
// somebody set the clock.

#include <cstdlib>
#include <ctime>

#include <dlfcn.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

std::time_t shift() {
  const char* file = std::getenv("SHIFTED_CLOCK_FILE");
  if (file != nullptr && access(file, F_OK) != 0)
    return 0;
  const char* seconds = std::getenv("SHIFTED_CLOCK_SECONDS");
  return seconds != nullptr ? std::atol(seconds) : 0;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  static auto* const real =
      reinterpret_cast<decltype(clock_gettime)*>(dlsym(RTLD_NEXT, "clock_gettime"));
  const int result = real(clock, time);
  if (result == 0 && clock == CLOCK_REALTIME)
    time->tv_sec += shift();
  return result;
}

int gettimeofday(timeval* time, void* /*zone*/) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  *time = {.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
  return 0;
}

std::time_t time(std::time_t* result) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (result != nullptr)
    *result = now.tv_sec;
  return now.tv_sec;
}
}
