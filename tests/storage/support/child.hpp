#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace storage_tests {

/// Runs the script of crash_test.cpp in a process of its own, which is killed just before
/// its call number `call` to the file layer. Returns how many groups it had committed; -1
/// if it was not killed.
int killed_at(std::uint64_t call, const std::filesystem::path& directory, std::uint64_t seed);

/// main() of such a process, which has the argument --child.
int child_main(int argc, char** argv);

}  // namespace storage_tests
