#pragma once

#include "tests/server/support/server_process.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace support {

/// The flags of a server that stores its counters in `directory`.
words stored_in(const std::string& directory, const words& more = {});

/// The path of everything in a directory, with its mode, time of change and bytes as
/// one string. For a file, only itself.
using contents = std::map<std::string, std::string>;
contents contents_of(const std::filesystem::path& directory);

/// The paths that are only in one of them, or differ.
words differences(const contents& left, const contents& right);

/// Checks that a server refuses to start on `directory`: that it ends with a code other
/// than 0 and one line of log that has all of `reasons`, and touches nothing.
void check_refused(const std::string& directory, const words& reasons, const setting& setting = {},
                   const words& more = {});

/// Runs `counterd check`.
process::ending check_of(const std::string& directory);
/// Its output for an undamaged directory.
std::string report_of(std::uint64_t counters, std::uint64_t records);

/// The database file whose name ends with `ending`; of several, the last by name. Throws
/// std::runtime_error if there is none.
std::filesystem::path file_of(const std::string& directory, const std::string& ending);

/// Flips a bit of the byte at `offset`.
void flip(const std::filesystem::path& file, std::uintmax_t offset);

}  // namespace support

template <>
struct doctest::StringMaker<support::words> {
  static doctest::String convert(const support::words& all) {
    std::string text;
    for (const auto& one : all)
      text += (text.empty() ? "" : ", ") + one;
    return text.c_str();
  }
};
