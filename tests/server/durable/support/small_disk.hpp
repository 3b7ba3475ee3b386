#pragma once

#include "tests/server/support/temporary_directory.hpp"

#include <string>

namespace support {

/// A tmpfs, by default of 64 MiB, which can be filled and emptied.
class small_disk {
public:
  explicit small_disk(const std::string& options = "size=64m,mode=0700");
  ~small_disk();
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  /// Returns false, after a message by the constructor, if it could not be mounted.
  bool is_there() const { return is_mounted_; }

  /// A path on it.
  std::string operator/(const std::string& name) const { return mount_point_ / name; }

  /// Writes a file that takes all free bytes.
  void fill();
  /// Removes that file.
  void empty();

  void make_read_only();

private:
  temporary_directory mount_point_;
  bool is_mounted_ = false;
};

}  // namespace support
