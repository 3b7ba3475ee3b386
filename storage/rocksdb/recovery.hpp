#pragma once

#include "counter/shard/ledger.hpp"
#include "storage/rocksdb/commit_watermark.hpp"
#include "storage/rocksdb/rows.hpp"
#include "storage/rocksdb/settings.hpp"

#include <rocksdb/db.h>

#include <cstdint>
#include <map>
#include <memory>

namespace storage {

class data_directory;
class database_opener;
class shared_write_buffer;

/// A directory that recover() has verified and opened.
struct recovered {
  std::unique_ptr<rocksdb::DB> database;  ///< open to write
  std::unique_ptr<commit_watermark> watermark;
  counter::ledger_summary summary;
  std::map<std::uint32_t, shard_row> shards;  ///< the rows of all shards of earlier runs
};

/// Opens the database of `directory`, or creates it where nothing was ever stored, and
/// loads the group rows that are not merged yet into `buffer`. Decides whether the
/// directory is whole; until that is decided, no byte of the database is changed.
/// rocks_ledger.hpp describes the steps.
///
/// Throws std::runtime_error, of one line, that says what is wrong and what to do: lost
/// or damaged changes, no room, or a file that cannot be used. Logs if a start takes
/// long. `settings.file_system` is not null; `opener` must outlive the database.
recovered recover(const settings& settings, const data_directory& directory,
                  database_opener& opener, shared_write_buffer& buffer);

}  // namespace storage
