#include "tests/storage/support/fault_file_system.hpp"

#include "storage/rocksdb/commit_watermark.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

#include <unistd.h>

namespace storage_tests {

namespace {

namespace fs = std::filesystem;
using rocksdb::DataVerificationInfo;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr std::size_t sector_bytes = 512;

std::string bytes_of(const std::string& name) {
  std::ifstream input{name, std::ios::binary};
  return {std::istreambuf_iterator<char>{input}, {}};
}

void write(const std::string& name, const std::string& bytes) {
  std::ofstream{name, std::ios::binary | std::ios::trunc} << bytes;
}

/// Takes each sector from `synced` or from `current`; what was never written is zeros.
std::string torn(std::string synced, std::string current, std::mt19937_64& random) {
  if (synced == current)
    return current;
  const auto size = std::max(synced.size(), current.size());
  // Half of the time the length is the new one, whatever the bytes are.
  const auto shortest = std::min(synced.size(), current.size());
  const auto length = random() % 2 == 0 ? size : shortest + random() % (size - shortest + 1);
  synced.resize(size);
  current.resize(size);
  for (std::size_t at = 0; at < size; at += sector_bytes)
    if (random() % 2 == 0)
      std::copy_n(current.begin() + static_cast<std::ptrdiff_t>(at),
                  std::min(sector_bytes, size - at),
                  synced.begin() + static_cast<std::ptrdiff_t>(at));
  synced.resize(length);
  return synced;
}

}  // namespace

// -- files --------------------------------------------------------------------------

class fault_file_system::file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  file(std::unique_ptr<FSWritableFile> target, std::string name, fault_file_system& owner)
      : FSWritableFileOwnerWrapper(std::move(target)),
        name_(std::move(name)),
        owner_(owner) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    const std::lock_guard lock{owner_.mutex_};
    const auto injected = owner_.next_fault(change::append);
    if (injected == fault::none)
      return target()->Append(data, options, debug);
    if (injected == fault::short_error || injected == fault::short_no_space) {
      // As the system's layer does; RocksDB does not learn how much was written.
      const auto status = target()->Append({data.data(), data.size() / 2}, options, debug);
      if (!status.ok())
        return status;
    }
    return status_of(injected);
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus PositionedAppend(const Slice& data, std::uint64_t offset, const IOOptions& options,
                            IODebugContext* debug) override {
    const std::lock_guard lock{owner_.mutex_};
    const auto injected = owner_.next_fault(change::append);
    if (injected == fault::none)
      return target()->PositionedAppend(data, offset, options, debug);
    if (injected == fault::short_error || injected == fault::short_no_space) {
      const Slice half{data.data(), data.size() / 2};
      if (const auto status = target()->PositionedAppend(half, offset, options, debug);
          !status.ok())
        return status;
    }
    return status_of(injected);
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    const std::lock_guard lock{owner_.mutex_};
    const auto injected = owner_.next_fault(change::truncate);
    return injected == fault::none ? target()->Truncate(size, options, debug) : status_of(injected);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return sync([&] { return target()->Sync(options, debug); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return sync([&] { return target()->Fsync(options, debug); });
  }
  /// Makes nothing safe.
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }

private:
  template <class Act>
  IOStatus sync(Act act) {
    const std::lock_guard lock{owner_.mutex_};
    const auto injected = owner_.next_fault(change::sync);
    if (injected != fault::none)
      return status_of(injected);
    auto status = act();
    if (status.ok())
      owner_.note_synced(name_);
    return status;
  }

  std::string name_;
  fault_file_system& owner_;
};

class fault_file_system::directory final : public rocksdb::FSDirectoryWrapper {
public:
  directory(std::unique_ptr<rocksdb::FSDirectory> target, std::string name,
            fault_file_system& owner)
      : FSDirectoryWrapper(std::move(target)),
        name_(std::move(name)),
        owner_(owner) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return sync([&] { return FSDirectoryWrapper::Fsync(options, debug); });
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& fsync_options) override {
    return sync(
        [&] { return FSDirectoryWrapper::FsyncWithDirOptions(options, debug, fsync_options); });
  }

private:
  template <class Act>
  IOStatus sync(Act act) {
    const std::lock_guard lock{owner_.mutex_};
    const auto injected = owner_.next_fault(change::sync_directory);
    if (injected != fault::none)
      return status_of(injected);
    auto status = act();
    if (status.ok())
      owner_.note_directory_synced(name_);
    return status;
  }

  std::string name_;
  fault_file_system& owner_;
};

// -- faults -------------------------------------------------------------------------

fault_file_system::fault_file_system(fs::path root)
    : FileSystemWrapper(rocksdb::FileSystem::Default()),
      root_(std::move(root)) {
  for (const auto& entry : fs::recursive_directory_iterator{root_}) {
    auto added = std::make_shared<node>();
    added->is_directory = entry.is_directory();
    if (!added->is_directory)
      added->synced = bytes_of(entry.path().string());
    current_[clean(entry.path().string())] = added;
  }
  synced_ = current_;
}

void fault_file_system::begin(const plan& next) {
  const std::lock_guard lock{mutex_};
  plan_ = next;
  calls_ = 0;
  has_failed_ = is_stopped_ = false;
}

std::uint64_t fault_file_system::calls() const {
  const std::lock_guard lock{mutex_};
  return calls_;
}

bool fault_file_system::has_failed() const {
  const std::lock_guard lock{mutex_};
  return has_failed_;
}

bool fault_file_system::is_stopped() const {
  const std::lock_guard lock{mutex_};
  return is_stopped_;
}

fault_file_system::fault fault_file_system::next_fault(change kind) {
  if (is_stopped_)
    return fault::stop;
  if (plan_.only >= 0 && plan_.only != static_cast<int>(kind))
    return fault::none;
  ++calls_;
  if (plan_.fault == fault::none || calls_ < plan_.at || calls_ >= plan_.at + plan_.count)
    return fault::none;
  has_failed_ = true;
  if (plan_.fault == fault::kill)
    ::kill(::getpid(), SIGKILL);
  is_stopped_ = plan_.fault == fault::stop;
  return plan_.fault;
}

IOStatus fault_file_system::status_of(fault fault) {
  const bool is_no_space = fault == fault::no_space || fault == fault::short_no_space;
  auto status = is_no_space ? IOStatus::NoSpace("no space, by a test")
                            : IOStatus::IOError("an error, by a test");
  // As the system's layer does.
  status.SetRetryable(is_no_space);
  return status;
}

// -- names ----------------------------------------------------------------------------

std::string fault_file_system::clean(const std::string& name) {
  auto path = fs::path{name}.lexically_normal().string();
  while (path.size() > 1 && path.back() == '/')
    path.pop_back();
  return path;
}

void fault_file_system::note_created(const std::string& name, bool is_directory) {
  auto& created = current_[clean(name)];
  created = std::make_shared<node>();
  created->is_directory = is_directory;
}

void fault_file_system::note_synced(const std::string& name) {
  if (const auto entry = current_.find(clean(name)); entry != current_.end())
    entry->second->synced = bytes_of(name);
}

void fault_file_system::note_directory_synced(const std::string& name) {
  const auto parent = fs::path{clean(name)};
  const auto is_in = [&](const auto& entry) {
    return fs::path{entry.first}.parent_path() == parent;
  };
  std::erase_if(synced_, is_in);
  for (const auto& entry : current_)
    if (is_in(entry))
      synced_.insert(entry);
}

/// Renames what is in a directory that was renamed.
void fault_file_system::move_contents(names& all, const std::string& from, const std::string& to) {
  names moved;
  for (auto at = all.lower_bound(from + "/");
       at != all.end() && at->first.starts_with(from + "/");) {
    moved[to + at->first.substr(from.size())] = at->second;
    at = all.erase(at);
  }
  all.merge(moved);
}

IOStatus fault_file_system::change_names(change kind, const std::function<IOStatus()>& act,
                                         const std::function<void()>& note) {
  const std::lock_guard lock{mutex_};
  const auto injected = next_fault(kind);
  if (injected != fault::none)
    return status_of(injected);
  auto status = act();
  if (status.ok())
    note();
  return status;
}

IOStatus fault_file_system::NewWritableFile(const std::string& name,
                                            const rocksdb::FileOptions& options,
                                            std::unique_ptr<FSWritableFile>* result, Debug* debug) {
  return change_names(
      change::create, [&] { return target()->NewWritableFile(name, options, result, debug); },
      [&] {
        note_created(name, false);
        *result = std::make_unique<file>(std::move(*result), name, *this);
      });
}

IOStatus fault_file_system::ReopenWritableFile(const std::string& name,
                                               const rocksdb::FileOptions& options,
                                               std::unique_ptr<FSWritableFile>* result,
                                               Debug* debug) {
  return change_names(
      change::create, [&] { return target()->ReopenWritableFile(name, options, result, debug); },
      [&] {
        if (!current_.contains(clean(name)))
          note_created(name, false);
        *result = std::make_unique<file>(std::move(*result), name, *this);
      });
}

IOStatus fault_file_system::ReuseWritableFile(const std::string& name, const std::string& old_name,
                                              const rocksdb::FileOptions& options,
                                              std::unique_ptr<FSWritableFile>* result,
                                              Debug* debug) {
  return change_names(
      change::rename,
      [&] { return target()->ReuseWritableFile(name, old_name, options, result, debug); },
      [&] {
        current_[clean(name)] = std::exchange(current_[clean(old_name)], nullptr);
        current_.erase(clean(old_name));
        *result = std::make_unique<file>(std::move(*result), name, *this);
      });
}

IOStatus fault_file_system::NewDirectory(const std::string& name, const Options& options,
                                         std::unique_ptr<rocksdb::FSDirectory>* result,
                                         Debug* debug) {
  auto status = target()->NewDirectory(name, options, result, debug);
  if (status.ok())
    *result = std::make_unique<directory>(std::move(*result), name, *this);
  return status;
}

IOStatus fault_file_system::DeleteFile(const std::string& name, const Options& options,
                                       Debug* debug) {
  return change_names(
      change::remove, [&] { return target()->DeleteFile(name, options, debug); },
      [&] { current_.erase(clean(name)); });
}

IOStatus fault_file_system::Truncate(const std::string& name, std::size_t size,
                                     const Options& options, Debug* debug) {
  return change_names(
      change::truncate, [&] { return target()->Truncate(name, size, options, debug); }, [] {});
}

IOStatus fault_file_system::CreateDir(const std::string& name, const Options& options,
                                      Debug* debug) {
  return change_names(
      change::create, [&] { return target()->CreateDir(name, options, debug); },
      [&] { note_created(name, true); });
}

IOStatus fault_file_system::CreateDirIfMissing(const std::string& name, const Options& options,
                                               Debug* debug) {
  {
    const std::lock_guard lock{mutex_};
    if (current_.contains(clean(name)))
      return IOStatus::OK();
  }
  return change_names(
      change::create, [&] { return target()->CreateDirIfMissing(name, options, debug); },
      [&] { note_created(name, true); });
}

IOStatus fault_file_system::DeleteDir(const std::string& name, const Options& options,
                                      Debug* debug) {
  return change_names(
      change::remove, [&] { return target()->DeleteDir(name, options, debug); },
      [&] { current_.erase(clean(name)); });
}

IOStatus fault_file_system::RenameFile(const std::string& from, const std::string& to,
                                       const Options& options, Debug* debug) {
  return change_names(
      change::rename, [&] { return target()->RenameFile(from, to, options, debug); },
      [&] {
        const auto old_name = clean(from), new_name = clean(to);
        current_[new_name] = current_[old_name];
        current_.erase(old_name);
        move_contents(current_, old_name, new_name);
        // Their entries are in the directory, whatever its name is. If its new name is
        // lost, so are they.
        move_contents(synced_, old_name, new_name);
      });
}

IOStatus fault_file_system::LinkFile(const std::string& from, const std::string& to,
                                     const Options& options, Debug* debug) {
  return change_names(
      change::link, [&] { return target()->LinkFile(from, to, options, debug); },
      [&] { current_[clean(to)] = current_[clean(from)]; });
}

// -- power loss -----------------------------------------------------------------------

void fault_file_system::power_loss(std::mt19937_64* random) {
  const std::lock_guard lock{mutex_};
  // Each name is as it was synced or, at random, as programs saw it.
  names left = synced_;
  if (random) {
    std::set<std::string> all;
    for (const auto& current : current_)
      all.insert(current.first);
    for (const auto& entry : synced_)
      all.insert(entry.first);
    for (const auto& name : all) {
      const auto current = current_.find(name);
      if ((*random)() % 2 == 0)
        continue;
      if (current == current_.end()) {
        left.erase(name);
        continue;
      }
      left[name] = current->second;
    }
  }
  std::map<node*, std::string> bytes;
  for (const auto& [name, entry] : current_) {
    if (entry->is_directory)
      continue;
    const auto current = bytes_of(name);
    if (fs::path{name}.filename() == storage::commit_watermark_file)
      bytes[entry.get()] = current;
    else if (random)
      bytes[entry.get()] = torn(entry->synced, current, *random);
    else
      bytes[entry.get()] = entry->synced;
  }
  for (const auto& entry : fs::directory_iterator{root_})
    fs::remove_all(entry.path());
  // In this order a directory comes before what is in it, which is lost with it.
  for (auto at = left.begin(); at != left.end();) {
    const auto& [name, entry] = *at;
    if (fs::path{name}.parent_path() != root_ && !fs::exists(fs::path{name}.parent_path())) {
      at = left.erase(at);
      continue;
    }
    if (entry->is_directory) {
      fs::create_directory(name);
    } else {
      if (const auto left_bytes = bytes.find(entry.get()); left_bytes != bytes.end())
        entry->synced = left_bytes->second;
      write(name, entry->synced);
    }
    ++at;
  }
  current_ = synced_ = left;
}

}  // namespace storage_tests
