#pragma once

#include "storage/rocksdb/rows.hpp"

#include <rocksdb/db.h>

#include <memory>
#include <string>

namespace storage {

/// Calls `visit(key, value)` for each row of a kind, in order of their keys. Not ok
/// where one cannot be read.
template <class Visit>
rocksdb::Status for_each_row(rocksdb::DB& database, row what, rocksdb::ReadOptions options,
                             Visit visit) {
  const std::string begin{static_cast<char>(what)};
  const auto end = end_of(begin);
  const rocksdb::Slice bound{end};
  options.iterate_upper_bound = &bound;
  const std::unique_ptr<rocksdb::Iterator> rows{database.NewIterator(options)};
  for (rows->Seek(begin); rows->Valid(); rows->Next())
    visit(rows->key().ToStringView(), rows->value().ToStringView());
  return rows->status();
}

}  // namespace storage
