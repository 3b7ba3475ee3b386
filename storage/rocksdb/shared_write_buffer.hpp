#pragma once

#include "counter/mutex.hpp"
#include "counter/shard/ledger.hpp"
#include "storage/rocksdb/counter_walk.hpp"
#include "storage/rocksdb/write_buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rocksdb {
class DB;
struct ReadOptions;
class WriteBatch;
}  // namespace rocksdb

namespace storage {

/// The write buffer of a ledger, shared by its writers and readers. A writer calls it twice
/// for a group: prepare() before its batch is written, and then publish() or, if the write
/// failed, abandon(). Readers see the group's changes from publish() on.
///
/// Thread-safe. No call waits for the disk.
class shared_write_buffer {
public:
  /// From `bytes_max` bytes on, groups merge the oldest changes.
  explicit shared_write_buffer(std::size_t bytes_max);

  /// Adds a group row that an earlier process has stored. To be called before any
  /// prepare(), in the order of the numbers.
  void restore(std::uint64_t number, std::string_view changes);

  /// A group between prepare() and publish() or abandon().
  struct prepared_group {
    std::uint64_t first_number = 0;  ///< of its group rows
    std::size_t merged_rows = 0;     ///< how many of the oldest rows it merges
    bool has_turn = false;           ///< no other group merges meanwhile
  };

  /// Puts the rows of `changes` (see changes.hpp) into `batch`, and what merges the
  /// oldest rows unless another group is merging. Exactly one publish() or abandon()
  /// must follow.
  prepared_group prepare(rocksdb::WriteBatch& batch, std::span<const std::string> changes);

  /// The batch is stored: drops what it merged and shows its changes to readers.
  void publish(const prepared_group& group, std::span<const std::string> changes);

  /// The batch is not stored, or that is unknown: leaves the changes as they are.
  void abandon(const prepared_group& group) noexcept;

  /// Sets found[i] wherever the buffer has a change of names[i], to nullopt if that
  /// deletes the counter. Returns the other indexes: the counters' own rows decide
  /// there, and those must be read after this call.
  std::vector<std::size_t> read(std::span<const std::string_view> names,
                                std::span<std::optional<counter::state>> found) const;

  /// Returns the memory of the changes that are not merged into their rows yet.
  std::size_t bytes() const;

  /// See write_buffer::order().
  bool order(std::size_t names);

  /// The counters from the key `begin` on: `database` and buffer as they are at one
  /// moment, and up to `max` changes from the buffer. order() must have returned true.
  counter_walk walk(rocksdb::DB& database, const rocksdb::ReadOptions& options,
                    const std::string& begin, const counter::page_request& request,
                    std::size_t max) const;

private:
  const std::size_t bytes_max_;
  mutable counter::mutex mutex_;
  write_buffer buffer_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t next_number_ ABSL_GUARDED_BY(mutex_) = 0;
  bool is_merging_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace storage
