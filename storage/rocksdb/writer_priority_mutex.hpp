#pragma once

#include <cerrno>
#include <system_error>

#include <pthread.h>

namespace storage {

/// A lock that is shared by those who use something and exclusive for the one
/// who replaces it, who has precedence: std::shared_mutex would let him wait for
/// as long as others keep coming. Nobody takes it twice. For std::shared_lock and
/// std::unique_lock.
class writer_priority_mutex {
public:
  writer_priority_mutex() {
    pthread_rwlockattr_t how;
    pthread_rwlockattr_init(&how);
#ifdef __GLIBC__
    pthread_rwlockattr_setkind_np(&how, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
#endif
    const int error = pthread_rwlock_init(&lock_, &how);
    pthread_rwlockattr_destroy(&how);
    check(error);
  }
  ~writer_priority_mutex() {
    pthread_rwlock_destroy(&lock_);
  }

  writer_priority_mutex(const writer_priority_mutex&) = delete;
  writer_priority_mutex& operator=(const writer_priority_mutex&) = delete;

  void lock() {
    check(pthread_rwlock_wrlock(&lock_));
  }
  void unlock() {
    pthread_rwlock_unlock(&lock_);
  }
  void lock_shared() {
    check(pthread_rwlock_rdlock(&lock_));
  }
  void unlock_shared() {
    pthread_rwlock_unlock(&lock_);
  }

private:
  static void check(int error) {
    if (error != 0)
      throw std::system_error{error, std::generic_category()};
  }

  pthread_rwlock_t lock_;
};

}  // namespace storage
