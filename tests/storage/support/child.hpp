#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace storage_tests {

/// Runs the script of crash_test.cpp in a process of its own that is killed just
/// before the call number `at`. How many groups it was told are kept; -1 if it was
/// not killed.
int killed_at(std::uint64_t at, const std::filesystem::path& directory, std::uint64_t seed);

/// What such a process does: main() with --child.
int child_main(int argc, char** argv);

}  // namespace storage_tests
