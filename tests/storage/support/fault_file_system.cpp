#include "tests/storage/support/fault_file_system.hpp"

#include <csignal>
#include <string>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace storage_tests {

namespace fs = std::filesystem;
using rocksdb::FSWritableFile;
using rocksdb::IOStatus;

// -- faults -------------------------------------------------------------------------

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

IOStatus fault_file_system::attempt(change kind, const std::function<IOStatus()>& act,
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

IOStatus fault_file_system::status_of(fault injected) const {
  const auto text =
      plan_.error == 0 ? std::string{"none"} : std::generic_category().message(plan_.error);
  const bool is_no_space = injected == fault::no_space || injected == fault::short_no_space;
  auto status = is_no_space ? IOStatus::NoSpace("no space, by a test")
                            : IOStatus::IOError("an error, by a test", text);
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

IOStatus fault_file_system::NewWritableFile(const std::string& name,
                                            const rocksdb::FileOptions& options,
                                            std::unique_ptr<FSWritableFile>* result, Debug* debug) {
  return attempt(
      change::create, [&] { return target()->NewWritableFile(name, options, result, debug); },
      [&] {
        note_created(name, false);
        wrap(*result, name);
      });
}

IOStatus fault_file_system::ReopenWritableFile(const std::string& name,
                                               const rocksdb::FileOptions& options,
                                               std::unique_ptr<FSWritableFile>* result,
                                               Debug* debug) {
  return attempt(
      change::create, [&] { return target()->ReopenWritableFile(name, options, result, debug); },
      [&] {
        if (!current_.contains(clean(name)))
          note_created(name, false);
        wrap(*result, name);
      });
}

IOStatus fault_file_system::ReuseWritableFile(const std::string& name, const std::string& old_name,
                                              const rocksdb::FileOptions& options,
                                              std::unique_ptr<FSWritableFile>* result,
                                              Debug* debug) {
  return attempt(
      change::rename,
      [&] { return target()->ReuseWritableFile(name, old_name, options, result, debug); },
      [&] {
        current_[clean(name)] = std::exchange(current_[clean(old_name)], nullptr);
        current_.erase(clean(old_name));
        wrap(*result, name);
      });
}

IOStatus fault_file_system::DeleteFile(const std::string& name, const Options& options,
                                       Debug* debug) {
  return attempt(
      change::remove, [&] { return target()->DeleteFile(name, options, debug); },
      [&] { current_.erase(clean(name)); });
}

IOStatus fault_file_system::Truncate(const std::string& name, std::size_t size,
                                     const Options& options, Debug* debug) {
  return attempt(
      change::truncate, [&] { return target()->Truncate(name, size, options, debug); }, [] {});
}

IOStatus fault_file_system::CreateDir(const std::string& name, const Options& options,
                                      Debug* debug) {
  return attempt(
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
  return attempt(
      change::create, [&] { return target()->CreateDirIfMissing(name, options, debug); },
      [&] { note_created(name, true); });
}

IOStatus fault_file_system::DeleteDir(const std::string& name, const Options& options,
                                      Debug* debug) {
  return attempt(
      change::remove, [&] { return target()->DeleteDir(name, options, debug); },
      [&] { current_.erase(clean(name)); });
}

IOStatus fault_file_system::RenameFile(const std::string& from, const std::string& to,
                                       const Options& options, Debug* debug) {
  return attempt(
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
  return attempt(
      change::link, [&] { return target()->LinkFile(from, to, options, debug); },
      [&] { current_[clean(to)] = current_[clean(from)]; });
}

}  // namespace storage_tests
