#pragma once

// ThreadSanitizer does not see the hand-over inside a libcaf that was built
// without it and would report races that are none. These two say what CAF
// promises: what was sent is there when it is received, and what an actor did
// is there when it runs again. `what` is the same on both sides. They are nothing
// in other builds.

#if defined(__SANITIZE_THREAD__)
#define ACTORS_TSAN
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ACTORS_TSAN
#endif
#endif

#ifdef ACTORS_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace actors {

inline void tsan_release([[maybe_unused]] void* what) noexcept {
#ifdef ACTORS_TSAN
  __tsan_release(what);
#endif
}

inline void tsan_acquire([[maybe_unused]] void* what) noexcept {
#ifdef ACTORS_TSAN
  __tsan_acquire(what);
#endif
}

}  // namespace actors
