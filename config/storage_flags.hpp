#pragma once

#include "config/flag_set.hpp"
#include "config/options.hpp"

#include <chrono>
#include <string>

namespace config {

/// Returns a message if the name of a directory is invalid, otherwise "". It must be UTF-8 without
/// control characters, because it is logged and in JSON responses.
std::string refuse_directory(const std::string& text);

/// The default of --memory without --data.
std::size_t default_memory();

/// The flags that say where counters are stored.
class storage_flags {
public:
  /// Adds the flags to `flags`, which must not be used after this object is destroyed. Borrows
  /// both.
  storage_flags(flag_set& flags, options& options);
  storage_flags(const storage_flags&) = delete;
  storage_flags& operator=(const storage_flags&) = delete;

  /// Completes the options when all flags are set: durability, default of --memory, and a directory
  /// that is absolute. Returns a message if flags contradict each other or the directory has no
  /// name in UTF-8, otherwise "".
  std::string finish();

private:
  std::string finish_memory();

  flag_set& flags_;
  options& options_;
  std::string sync_ = "always";
  std::chrono::milliseconds sync_interval_;
};

}  // namespace config
