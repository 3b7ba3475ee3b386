#pragma once

#include "tests/server/support/server_process.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace support {

/// The flags of a server that keeps its counters there.
words kept_in(const std::string& directory, const words& more = {});

/// What is below a directory, by path: the kind, the mode, the time of the last
/// change and the bytes of each.
using contents = std::map<std::string, std::string>;
contents contents_of(const std::filesystem::path& directory);

/// The paths of what is only in one of them, or another in each.
words differences(const contents& left, const contents& right);

/// Checks that no server starts on `directory`: that it says why in one line, with
/// all of `reasons` in it, ends with another code than 0, and touches nothing.
void check_refused(const std::string& directory, const words& reasons, const setting& how = {},
                   const words& more = {});

/// `counterd check`.
process::ending check_of(const std::string& directory);
/// What that says of a whole one.
std::string told_of(std::uint64_t counters, std::uint64_t records);

/// The file of the database whose name ends with this; the last one of several.
/// Throws when there is none.
std::filesystem::path file_of(const std::string& directory, const std::string& ending);

/// Another bit at this place.
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
