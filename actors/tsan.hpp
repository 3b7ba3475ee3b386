#pragma once

// ThreadSanitizer does not see the synchronisation inside a libcaf that was built without
// it and would report false races. These two functions state what CAF guarantees: sending
// happens before receiving, and a run of an actor before its next run. Pass the same
// object on both sides. Empty in other builds.

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

inline void tsan_release([[maybe_unused]] void* object) noexcept {
#ifdef ACTORS_TSAN
  __tsan_release(object);
#endif
}

inline void tsan_acquire([[maybe_unused]] void* object) noexcept {
#ifdef ACTORS_TSAN
  __tsan_acquire(object);
#endif
}

}  // namespace actors
