// Preloaded into a server (LD_PRELOAD), makes each sync take SLOW_SYNC_SECONDS as long as
// SLOW_SYNC_FILE exists. Unlike strace's, these syncs end with their process.

#include <cstdlib>

#include <dlfcn.h>
#include <unistd.h>

namespace {

void wait() {
  const char* file = std::getenv("SLOW_SYNC_FILE");
  const char* seconds = std::getenv("SLOW_SYNC_SECONDS");
  if (file != nullptr && seconds != nullptr && access(file, F_OK) == 0)
    sleep(static_cast<unsigned>(std::atoi(seconds)));
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int fsync(int descriptor) {
  static auto* const real = next<decltype(fsync)>("fsync");
  wait();
  return real(descriptor);
}

int fdatasync(int descriptor) {
  static auto* const real = next<decltype(fdatasync)>("fdatasync");
  wait();
  return real(descriptor);
}
}
