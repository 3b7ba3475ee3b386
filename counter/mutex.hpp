#pragma once

#include <absl/base/thread_annotations.h>

#include <mutex>

namespace counter {

/// std::mutex with the attributes of clang's thread safety analysis, for every mutex
/// of the program. A member that is marked ABSL_GUARDED_BY(mutex_) can only be used
/// where that mutex is held, and a function that is marked
/// ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) can only be called there: scripts/lint fails
/// otherwise (-Wthread-safety; Hutchins, Ballman and Sutherland, "C/C++ Thread Safety
/// Analysis", 2014). g++ ignores the attributes.
///
/// Not recursive. std::condition_variable_any waits on one directly.
/// absl::Mutex is no substitute: Debian's library is built without ThreadSanitizer.
class ABSL_LOCKABLE mutex {
public:
  mutex() = default;
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;

  void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

  /// Returns false, without waiting, if another thread holds it.
  bool try_lock() ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true) { return mutex_.try_lock(); }

private:
  std::mutex mutex_;
};

/// Holds a mutex from its construction to its destruction.
class ABSL_SCOPED_LOCKABLE mutex_lock {
public:
  explicit mutex_lock(mutex& held) ABSL_EXCLUSIVE_LOCK_FUNCTION(held) : held_(held) {
    held_.lock();
  }
  /// Takes over a mutex that the caller has locked, by mutex::try_lock().
  mutex_lock(mutex& held, std::adopt_lock_t /*is_locked*/) ABSL_EXCLUSIVE_LOCKS_REQUIRED(held)
      : held_(held) {}
  ~mutex_lock() ABSL_UNLOCK_FUNCTION() { held_.unlock(); }

  mutex_lock(const mutex_lock&) = delete;
  mutex_lock& operator=(const mutex_lock&) = delete;

private:
  mutex& held_;
};

}  // namespace counter
