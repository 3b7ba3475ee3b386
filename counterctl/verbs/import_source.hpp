#pragma once

#include "counterctl/formats/counter_entry.hpp"
#include "counterctl/verbs/import_spool.hpp"

#include <cstdint>
#include <string>

namespace counterctl {

/// The problems with an input: shows the first 20 on stderr and counts the others.
class input_problems {
public:
  void add(const std::string& where, const std::string& reason);
  std::uint64_t count() const noexcept { return count_; }
  /// Says how many were not shown.
  void finish() const;

private:
  std::uint64_t count_ = 0;
};

/// Reads a file of counters, or stdin if `path` is empty or `-`, into the spool. Throws failure if
/// it cannot be read.
void read_file(const std::string& path, file_format format, import_spool& spool,
               input_problems& problems);

}  // namespace counterctl
