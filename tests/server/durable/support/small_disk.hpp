#pragma once

#include "tests/server/support/temporary_directory.hpp"

#include <string>

namespace support {

/// A disk of 64 MiB, in memory, which can be filled and emptied.
class small_disk {
public:
  small_disk();
  ~small_disk();
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  /// False where the system does not let us make one; says so.
  bool is_there() const { return is_mounted_; }

  /// A path on it.
  std::string operator/(const std::string& name) const { return place_ / name; }

  /// Takes all the room that there is, in a file.
  void fill();
  /// Gives it back.
  void empty();

  void make_read_only();

private:
  temporary_directory place_;
  bool is_mounted_ = false;
};

}  // namespace support
