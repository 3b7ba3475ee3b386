#include "storage/rocksdb/commit_watermark.hpp"

#include "counter/siphash.hpp"
#include "storage/encoding/bytes.hpp"
#include "storage/rocksdb/files.hpp"

#include <array>
#include <cerrno>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace storage {

namespace {

/// A disk writes a sector completely or not at all.
constexpr std::size_t sector_bytes = 512;
constexpr unsigned slots = 2;

std::string slot_bytes(std::uint64_t sequence) {
  // Not secret: a checksum, which a sector of zeros does not have.
  constexpr counter::siphash_key key{0x636f756e74657264, 0x7769746e65737331};
  std::string bytes;
  put(bytes, sequence);
  put(bytes, counter::siphash(key, bytes));
  return bytes;
}

struct slot_value {
  std::uint64_t sequence;
  unsigned slot;
};

/// The greatest number in a slot that is whole; nullopt if neither is.
std::optional<slot_value> find_greatest(std::string_view bytes) {
  std::optional<slot_value> greatest;
  if (bytes.size() != slots * sector_bytes)
    return greatest;
  for (unsigned slot = 0; slot < slots; ++slot) {
    const auto sector = bytes.substr(slot * sector_bytes, sector_bytes);
    const auto sequence = byte_reader{sector}.take<std::uint64_t>();
    if (sector.starts_with(slot_bytes(sequence)) && (!greatest || sequence > greatest->sequence))
      greatest = {sequence, slot};
  }
  return greatest;
}

slot_value read_greatest(const std::filesystem::path& file) {
  const auto greatest = find_greatest(read_file(file));
  if (!greatest)
    throw std::runtime_error(file.string() +
                             ": is damaged, so it cannot be known whether acknowledged changes are "
                             "missing; restore a backup");
  return *greatest;
}

}  // namespace

void commit_watermark::create(rocksdb::FileSystem& file_system, const std::filesystem::path& file,
                              std::uint64_t sequence) {
  std::string bytes;
  for (unsigned slot = 1; slot <= slots; ++slot) {
    bytes += slot_bytes(sequence);
    bytes.resize(slot * sector_bytes);
  }
  create_file(file_system, file, bytes);
}

std::uint64_t commit_watermark::read(const std::filesystem::path& file) {
  return read_greatest(file).sequence;
}

commit_watermark::commit_watermark(std::filesystem::path file)
    : path_(std::move(file)),
      descriptor_(::open(path_.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW)) {
  if (descriptor_ < 0)
    throw std::runtime_error(path_.string() +
                             ": cannot be opened: " + std::generic_category().message(errno));
  try {
    const auto last = read_greatest(path_);
    sequence_ = last.sequence;
    slot_ = last.slot;
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

commit_watermark::~commit_watermark() {
  ::close(descriptor_);
}

std::uint64_t commit_watermark::sequence() const {
  const counter::mutex_lock lock{mutex_};
  return sequence_;
}

bool commit_watermark::advance(std::uint64_t sequence) noexcept {
  const counter::mutex_lock lock{mutex_};
  if (sequence <= sequence_)
    return true;
  const auto bytes = slot_bytes(sequence);
  const auto next = (slot_ + 1) % slots;
  const auto written =
      ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(next * sector_bytes));
  // A slot that is torn now is written again by the next call.
  if (written != static_cast<ssize_t>(bytes.size()))
    return false;
  sequence_ = sequence;
  slot_ = next;
  return true;
}

bool commit_watermark::sync() noexcept {
  const counter::mutex_lock lock{mutex_};
  return ::fsync(descriptor_) == 0;
}

}  // namespace storage
