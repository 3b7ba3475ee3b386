#pragma once

#include <rocksdb/status.h>

#include <stdexcept>
#include <string>

namespace storage {

/// A call to RocksDB's file layer that failed; what() is "FILE: STATUS".
class file_error : public std::runtime_error {
public:
  file_error(const std::string& file, const rocksdb::Status& status)
      : std::runtime_error(file + ": " + status.ToString()),
        is_no_space_(status.IsNoSpace()) {}

  /// Returns whether it failed because of a shortage, see shortage.hpp.
  bool is_no_space() const noexcept { return is_no_space_; }

private:
  bool is_no_space_;
};

}  // namespace storage
