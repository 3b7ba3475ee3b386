#pragma once

#include "counter/mutex.hpp"

#include <cerrno>
#include <system_error>

#include <pthread.h>

namespace storage {

/// A readers-writer lock that prefers writers: a thread that waits for exclusive
/// access goes before every thread that asks for shared access later, so readers
/// that keep coming cannot starve it. std::shared_mutex makes no such promise (glibc's
/// prefers readers). A thread must not lock it twice, not even shared: that deadlocks
/// when a writer comes in between. lock() and lock_shared() throw std::system_error.
class ABSL_LOCKABLE writer_priority_mutex {
public:
  /// Throws std::system_error.
  writer_priority_mutex() {
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
#ifdef __GLIBC__
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
#endif
    const int error = pthread_rwlock_init(&lock_, &attributes);
    pthread_rwlockattr_destroy(&attributes);
    check(error);
  }
  ~writer_priority_mutex() {
    pthread_rwlock_destroy(&lock_);
  }

  writer_priority_mutex(const writer_priority_mutex&) = delete;
  writer_priority_mutex& operator=(const writer_priority_mutex&) = delete;

  void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    check(pthread_rwlock_wrlock(&lock_));
  }
  void unlock() ABSL_UNLOCK_FUNCTION() {
    pthread_rwlock_unlock(&lock_);
  }

  void lock_shared() ABSL_SHARED_LOCK_FUNCTION() {
    check(pthread_rwlock_rdlock(&lock_));
  }
  void unlock_shared() ABSL_UNLOCK_FUNCTION() {
    pthread_rwlock_unlock(&lock_);
  }

private:
  static void check(int error) {
    if (error != 0)
      throw std::system_error{error, std::generic_category()};
  }

  pthread_rwlock_t lock_;
};

/// Holds it exclusively from its construction to its destruction.
class ABSL_SCOPED_LOCKABLE exclusive_lock {
public:
  explicit exclusive_lock(writer_priority_mutex& held) ABSL_EXCLUSIVE_LOCK_FUNCTION(held)
      : held_(held) {
    held_.lock();
  }
  ~exclusive_lock() ABSL_UNLOCK_FUNCTION() { held_.unlock(); }

  exclusive_lock(const exclusive_lock&) = delete;
  exclusive_lock& operator=(const exclusive_lock&) = delete;

private:
  writer_priority_mutex& held_;
};

/// Holds it shared with others from its construction to its destruction.
class ABSL_SCOPED_LOCKABLE shared_lock {
public:
  explicit shared_lock(writer_priority_mutex& held) ABSL_SHARED_LOCK_FUNCTION(held) : held_(held) {
    held_.lock_shared();
  }
  ~shared_lock() ABSL_UNLOCK_FUNCTION() { held_.unlock_shared(); }

  shared_lock(const shared_lock&) = delete;
  shared_lock& operator=(const shared_lock&) = delete;

private:
  writer_priority_mutex& held_;
};

}  // namespace storage
