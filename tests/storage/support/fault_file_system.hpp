#pragma once

#include "tests/storage/support/test_disk.hpp"

#include <rocksdb/file_system.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace storage_tests {

/// The kinds of calls that change something.
enum class change : std::uint8_t {
  append,
  sync,
  sync_directory,
  create,
  rename,
  remove,
  link,
  truncate,
};
inline constexpr int changes = 8;

/// A file layer on a real directory that counts the calls that change something and
/// makes some of them fail. Thread-safe.
///
/// It also tracks which bytes and names are synced, so that power_loss() can leave the
/// directory as a power failure may leave it.
class fault_file_system final : public rocksdb::FileSystemWrapper {
public:
  /// What is in `root` already counts as synced.
  explicit fault_file_system(std::filesystem::path root);

  static const char* kClassName() { return "counterd-fault"; }
  const char* Name() const override { return kClassName(); }

  // -- faults -------------------------------------------------------------------

  enum class fault : std::uint8_t {
    none,
    stop,            ///< this call and all later ones do nothing, as if the process were gone
    kill,            ///< SIGKILL before the call
    error,           ///< the call does nothing and returns an I/O error
    no_space,        ///< the call does nothing and returns "no space"
    short_error,     ///< an append writes half and returns an error; other calls as `error`
    short_no_space,  ///< an append writes half and returns "no space"; others as `no_space`
  };

  struct plan {
    std::uint64_t at = 0;  ///< the number of the call, counted from begin() on; the first is 1
    fault_file_system::fault fault = fault::none;
    std::uint64_t count = 1;  ///< how many calls in a row fail
    int only = -1;            ///< if not -1, a change: other kinds are not counted
    int error = 0;            ///< if not 0, the error number in the text of an I/O error
  };
  void begin(const plan& next);

  /// The counted calls since begin().
  std::uint64_t calls() const;
  bool has_failed() const;
  bool is_stopped() const;

  // -- power loss -----------------------------------------------------------------

  /// Leaves in the directory what a power failure may leave. Without `random`, only what
  /// is synced; with it, also any part of the rest, torn at sectors of 512 bytes. Commit
  /// watermarks stay as they are: they do not go through this layer, and the kernel may
  /// have written them at any time. To be called while nobody uses the directory.
  void power_loss(std::mt19937_64* random);

  // -- the file layer ---------------------------------------------------------------

  using Options = rocksdb::IOOptions;
  using Debug = rocksdb::IODebugContext;
  using Status = rocksdb::IOStatus;

  Status NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                         std::unique_ptr<rocksdb::FSWritableFile>* result, Debug* debug) override;
  Status ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                            std::unique_ptr<rocksdb::FSWritableFile>* result,
                            Debug* debug) override;
  Status ReuseWritableFile(const std::string& name, const std::string& old_name,
                           const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result, Debug* debug) override;
  Status NewDirectory(const std::string& name, const Options& options,
                      std::unique_ptr<rocksdb::FSDirectory>* result, Debug* debug) override;
  Status DeleteFile(const std::string& name, const Options& options, Debug* debug) override;
  Status Truncate(const std::string& name, std::size_t size, const Options& options,
                  Debug* debug) override;
  Status CreateDir(const std::string& name, const Options& options, Debug* debug) override;
  Status CreateDirIfMissing(const std::string& name, const Options& options, Debug* debug) override;
  Status DeleteDir(const std::string& name, const Options& options, Debug* debug) override;
  Status RenameFile(const std::string& from, const std::string& to, const Options& options,
                    Debug* debug) override;
  Status LinkFile(const std::string& from, const std::string& to, const Options& options,
                  Debug* debug) override;

private:
  class file;
  class directory;

  /// A file or a directory, which may have several names.
  struct node {
    bool is_directory = false;
    std::string synced;  // its bytes when it was last synced
  };
  using names = std::map<std::string, std::shared_ptr<node>>;

  static std::string clean(const std::string& name);

  /// Counts a call, and returns the fault to inject.
  fault next_fault(change kind);
  Status status_of(fault injected) const;
  /// Calls `act`, and `note` if it succeeds; or neither, if this call has to fail.
  Status attempt(change kind, const std::function<Status()>& act,
                 const std::function<void()>& note);
  /// Makes a file fail as this layer says.
  void wrap(std::unique_ptr<rocksdb::FSWritableFile>& target, const std::string& name);
  void note_created(const std::string& name, bool is_directory);
  void note_synced(const std::string& name);
  void note_directory_synced(const std::string& name);
  static void move_contents(names& all, const std::string& from, const std::string& to);

  mutable std::mutex mutex_;
  std::filesystem::path root_;
  plan plan_;
  std::uint64_t calls_ = 0;
  bool has_failed_ = false;
  bool is_stopped_ = false;
  names current_;  // as programs see them
  names synced_;   // as they are on the disk
};

/// A new data directory on a file layer that can fail.
struct test_disk {
  test_disk() {
    std::filesystem::create_directory(directory);
    file_system = std::make_shared<fault_file_system>(directory);
  }
  /// From now on nothing fails, and everything so far counts as synced.
  void forget_faults() { file_system = std::make_shared<fault_file_system>(directory); }

  storage::settings settings() const {
    auto settings = small(directory);
    settings.file_system = file_system;
    return settings;
  }

  temporary_directory root;
  std::filesystem::path directory = root.path() / "data";
  std::shared_ptr<fault_file_system> file_system;
};

}  // namespace storage_tests
