#include "tests/storage/support/fault_file_system.hpp"

#include "storage/rocksdb/commit_watermark.hpp"
#include "tests/storage/support/file_bytes.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace storage_tests {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t sector_bytes = 512;

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
