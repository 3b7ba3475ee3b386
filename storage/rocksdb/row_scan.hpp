#pragma once

#include "storage/rocksdb/rows.hpp"

#include <rocksdb/db.h>

#include <memory>
#include <string>

namespace storage {

/// Calls `visit(key, value)` for each row of a kind, in order of the keys. Stops and
/// returns why at a row that cannot be read. The rows are those of one moment.
template <class Visit>
rocksdb::Status for_each_row(rocksdb::DB& database, row kind, rocksdb::ReadOptions options,
                             Visit visit) {
  const std::string begin{static_cast<char>(kind)};
  const auto end = end_of(begin);
  const rocksdb::Slice bound{end};
  options.iterate_upper_bound = &bound;
  const std::unique_ptr<rocksdb::Iterator> rows{database.NewIterator(options)};
  for (rows->Seek(begin); rows->Valid(); rows->Next())
    visit(rows->key().ToStringView(), rows->value().ToStringView());
  return rows->status();
}

}  // namespace storage
