#pragma once

#include "tests/storage/support/places.hpp"

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

/// What a call changes.
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

/// A file layer on a real directory that counts every call that changes
/// something, and lets one of them go wrong. Thread-safe.
///
/// It also keeps what is safe, apart from what is only written: power_loss()
/// makes the directory what a machine may have after one.
class fault_file_system final : public rocksdb::FileSystemWrapper {
public:
  /// Everything that is in `root` now is safe.
  explicit fault_file_system(std::filesystem::path root);

  static const char* kClassName() { return "counterd-fault"; }
  const char* Name() const override { return kClassName(); }

  // -- what goes wrong ----------------------------------------------------------

  enum class fault : std::uint8_t {
    none,
    stop,            ///< this call and all behind it do nothing, as if the process were gone
    kill,            ///< the process is gone
    error,           ///< it does nothing and fails
    no_space,        ///< likewise, for want of room
    short_error,     ///< an append is done in part and fails; others fail
    short_no_space,  ///< likewise, for want of room
  };

  struct plan {
    std::uint64_t at = 0;  ///< the number of the call from now on, the first being 1
    fault_file_system::fault fault = fault::none;
    std::uint64_t count = 1;  ///< how many calls in a row go wrong
    int only = -1;            ///< a change: others are not counted
  };
  void begin(const plan& next);

  /// Calls since then that counted, and what kinds of change they were.
  std::uint64_t calls() const;
  bool has_struck() const;
  bool is_stopped() const;

  // -- power loss -----------------------------------------------------------------

  /// What is left when the power fails now. Null: only what is safe. Otherwise any
  /// of the rest may be there, in part, by sectors of 512 bytes. Files named
  /// `witness` stay as they are: they are written by themselves, and the system
  /// may have written them at any time. Nobody uses the directory.
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

  /// A file or a directory apart from its names.
  struct node {
    bool is_directory = false;
    std::string safe;  // what it has for sure
  };
  using names = std::map<std::string, std::shared_ptr<node>>;

  static std::string clean(const std::string& name);

  /// Counts a call. How it goes: none, stop (it does nothing) or an error.
  fault strike(change what);
  static Status status_of(fault what);
  Status change_names(change what, const std::function<Status()>& act,
                      const std::function<void()>& note);
  void note_created(const std::string& name, bool is_directory);
  void note_synced(const std::string& name);
  void note_directory_synced(const std::string& name);
  static void move_contents(names& all, const std::string& from, const std::string& to);

  mutable std::mutex mutex_;
  std::filesystem::path root_;
  plan plan_;
  std::uint64_t calls_ = 0;
  bool has_struck_ = false;
  bool is_stopped_ = false;
  names now_;   // as programs see it
  names safe_;  // as it is on the disk
};

/// A fresh directory with a file layer that may fail.
struct place {
  place() {
    std::filesystem::create_directory(directory);
    by = std::make_shared<fault_file_system>(directory);
  }
  /// What is in the files is what is safe, and nothing fails.
  void forget_faults() { by = std::make_shared<fault_file_system>(directory); }

  storage::settings settings() const {
    auto how = small(directory);
    how.file_system = by;
    return how;
  }

  temporary_directory root;
  std::filesystem::path directory = root.path() / "data";
  std::shared_ptr<fault_file_system> by;
};

}  // namespace storage_tests
