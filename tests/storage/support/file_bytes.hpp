#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace storage_tests {

/// Returns the bytes of a file; empty if there is none.
inline std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream input{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{input}, {}};
}

/// Replaces a file, or creates it.
inline void write(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream{file, std::ios::binary | std::ios::trunc} << bytes;
}

}  // namespace storage_tests
