#include "tests/storage/support/fault_file_system.hpp"

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

/// Each sector is the old one or the new one, and what was never written is zeros.
std::string torn(std::string safe, std::string now, std::mt19937_64& random) {
  if (safe == now)
    return now;
  const auto size = std::max(safe.size(), now.size());
  // Half of the time all of the length is there, whatever is in it.
  const auto shortest = std::min(safe.size(), now.size());
  const auto kept = random() % 2 == 0 ? size : shortest + random() % (size - shortest + 1);
  safe.resize(size);
  now.resize(size);
  for (std::size_t at = 0; at < size; at += sector_bytes)
    if (random() % 2 == 0)
      std::copy_n(now.begin() + static_cast<std::ptrdiff_t>(at), std::min(sector_bytes, size - at),
                  safe.begin() + static_cast<std::ptrdiff_t>(at));
  safe.resize(kept);
  return safe;
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
    const auto struck = owner_.strike(change::append);
    if (struck == fault::none)
      return target()->Append(data, options, debug);
    if (struck == fault::short_error || struck == fault::short_no_space) {
      // What RocksDB's own layer would have done; its length it does not know.
      const auto status = target()->Append({data.data(), data.size() / 2}, options, debug);
      if (!status.ok())
        return status;
    }
    return status_of(struck);
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus PositionedAppend(const Slice& data, std::uint64_t offset, const IOOptions& options,
                            IODebugContext* debug) override {
    const std::lock_guard lock{owner_.mutex_};
    const auto struck = owner_.strike(change::append);
    if (struck == fault::none)
      return target()->PositionedAppend(data, offset, options, debug);
    if (struck == fault::short_error || struck == fault::short_no_space) {
      const Slice half{data.data(), data.size() / 2};
      if (const auto status = target()->PositionedAppend(half, offset, options, debug);
          !status.ok())
        return status;
    }
    return status_of(struck);
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    const std::lock_guard lock{owner_.mutex_};
    const auto struck = owner_.strike(change::truncate);
    return struck == fault::none ? target()->Truncate(size, options, debug) : status_of(struck);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return sync([&] { return target()->Sync(options, debug); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return sync([&] { return target()->Fsync(options, debug); });
  }
  /// Not a promise of anything.
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }

private:
  template <class Act>
  IOStatus sync(Act act) {
    const std::lock_guard lock{owner_.mutex_};
    const auto struck = owner_.strike(change::sync);
    if (struck != fault::none)
      return status_of(struck);
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
                               const rocksdb::DirFsyncOptions& how) override {
    return sync([&] { return FSDirectoryWrapper::FsyncWithDirOptions(options, debug, how); });
  }

private:
  template <class Act>
  IOStatus sync(Act act) {
    const std::lock_guard lock{owner_.mutex_};
    const auto struck = owner_.strike(change::sync_directory);
    if (struck != fault::none)
      return status_of(struck);
    auto status = act();
    if (status.ok())
      owner_.note_directory_synced(name_);
    return status;
  }

  std::string name_;
  fault_file_system& owner_;
};

// -- what goes wrong ----------------------------------------------------------------

fault_file_system::fault_file_system(fs::path root)
    : FileSystemWrapper(rocksdb::FileSystem::Default()),
      root_(std::move(root)) {
  for (const auto& entry : fs::recursive_directory_iterator{root_}) {
    auto found = std::make_shared<node>();
    found->is_directory = entry.is_directory();
    if (!found->is_directory)
      found->safe = bytes_of(entry.path().string());
    now_[clean(entry.path().string())] = found;
  }
  safe_ = now_;
}

void fault_file_system::begin(const plan& next) {
  const std::lock_guard lock{mutex_};
  plan_ = next;
  calls_ = 0;
  has_struck_ = is_stopped_ = false;
}

std::uint64_t fault_file_system::calls() const {
  const std::lock_guard lock{mutex_};
  return calls_;
}

bool fault_file_system::has_struck() const {
  const std::lock_guard lock{mutex_};
  return has_struck_;
}

bool fault_file_system::is_stopped() const {
  const std::lock_guard lock{mutex_};
  return is_stopped_;
}

fault_file_system::fault fault_file_system::strike(change what) {
  if (is_stopped_)
    return fault::stop;
  if (plan_.only >= 0 && plan_.only != static_cast<int>(what))
    return fault::none;
  ++calls_;
  if (plan_.fault == fault::none || calls_ < plan_.at || calls_ >= plan_.at + plan_.count)
    return fault::none;
  has_struck_ = true;
  if (plan_.fault == fault::kill)
    ::kill(::getpid(), SIGKILL);
  is_stopped_ = plan_.fault == fault::stop;
  return plan_.fault;
}

IOStatus fault_file_system::status_of(fault what) {
  auto status = what == fault::no_space || what == fault::short_no_space
                    ? IOStatus::NoSpace("no space, by a test")
                    : IOStatus::IOError("an error, by a test");
  // As the system's own layer tells it.
  status.SetRetryable(what == fault::no_space || what == fault::short_no_space);
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
  auto& found = now_[clean(name)];
  found = std::make_shared<node>();
  found->is_directory = is_directory;
}

void fault_file_system::note_synced(const std::string& name) {
  if (const auto found = now_.find(clean(name)); found != now_.end())
    found->second->safe = bytes_of(name);
}

void fault_file_system::note_directory_synced(const std::string& name) {
  const auto parent = fs::path{clean(name)};
  const auto is_in = [&](const auto& entry) {
    return fs::path{entry.first}.parent_path() == parent;
  };
  std::erase_if(safe_, is_in);
  for (const auto& entry : now_)
    if (is_in(entry))
      safe_.insert(entry);
}

/// What is in a directory comes with it.
void fault_file_system::move_contents(names& all, const std::string& from, const std::string& to) {
  names moved;
  for (auto at = all.lower_bound(from + "/");
       at != all.end() && at->first.starts_with(from + "/");) {
    moved[to + at->first.substr(from.size())] = at->second;
    at = all.erase(at);
  }
  all.merge(moved);
}

IOStatus fault_file_system::change_names(change what, const std::function<IOStatus()>& act,
                                         const std::function<void()>& note) {
  const std::lock_guard lock{mutex_};
  const auto struck = strike(what);
  if (struck != fault::none)
    return status_of(struck);
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
        if (!now_.contains(clean(name)))
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
        now_[clean(name)] = std::exchange(now_[clean(old_name)], nullptr);
        now_.erase(clean(old_name));
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
      [&] { now_.erase(clean(name)); });
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
    if (now_.contains(clean(name)))
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
      [&] { now_.erase(clean(name)); });
}

IOStatus fault_file_system::RenameFile(const std::string& from, const std::string& to,
                                       const Options& options, Debug* debug) {
  return change_names(
      change::rename, [&] { return target()->RenameFile(from, to, options, debug); },
      [&] {
        const auto old_name = clean(from), new_name = clean(to);
        now_[new_name] = now_[old_name];
        now_.erase(old_name);
        move_contents(now_, old_name, new_name);
        // Safe in the directory, wherever that is: where its new name is lost, so
        // are they.
        move_contents(safe_, old_name, new_name);
      });
}

IOStatus fault_file_system::LinkFile(const std::string& from, const std::string& to,
                                     const Options& options, Debug* debug) {
  return change_names(
      change::link, [&] { return target()->LinkFile(from, to, options, debug); },
      [&] { now_[clean(to)] = now_[clean(from)]; });
}

// -- power loss -----------------------------------------------------------------------

void fault_file_system::power_loss(std::mt19937_64* random) {
  const std::lock_guard lock{mutex_};
  // Names: as they are safe, or, one by one, as they were seen.
  names left = safe_;
  if (random) {
    std::set<std::string> all;
    for (const auto& entry : now_)
      all.insert(entry.first);
    for (const auto& entry : safe_)
      all.insert(entry.first);
    for (const auto& name : all) {
      const auto now = now_.find(name);
      if ((*random)() % 2 == 0)
        continue;
      if (now == now_.end()) {
        left.erase(name);
        continue;
      }
      left[name] = now->second;
    }
  }
  std::map<node*, std::string> bytes;
  for (const auto& [name, what] : now_) {
    if (what->is_directory)
      continue;
    const auto current = bytes_of(name);
    if (fs::path{name}.filename() == "witness")
      bytes[what.get()] = current;
    else if (random)
      bytes[what.get()] = torn(what->safe, current, *random);
    else
      bytes[what.get()] = what->safe;
  }
  for (const auto& entry : fs::directory_iterator{root_})
    fs::remove_all(entry.path());
  // A directory's name comes before those that are in it; without it they are gone.
  for (auto at = left.begin(); at != left.end();) {
    const auto& [name, what] = *at;
    if (fs::path{name}.parent_path() != root_ && !fs::exists(fs::path{name}.parent_path())) {
      at = left.erase(at);
      continue;
    }
    if (what->is_directory) {
      fs::create_directory(name);
    } else {
      const auto found = bytes.find(what.get());
      what->safe = found == bytes.end() ? what->safe : found->second;
      write(name, what->safe);
    }
    ++at;
  }
  now_ = safe_ = left;
}

}  // namespace storage_tests
