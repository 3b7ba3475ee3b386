#include "storage/rocksdb/valid_prefix.hpp"

#include "storage/rocksdb/rocks_ledger.hpp"
#include "tests/storage/support/file_bytes.hpp"
#include "tests/storage/support/test_disk.hpp"

#include <rocksdb/file_system.h>

#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <string>
#include <string_view>

using storage::valid_prefix;
using namespace storage_tests;
namespace fs = std::filesystem;

namespace {

/// The bytes of a log without the zeros at its end, with records that fit into a block
/// and records that span several.
std::string log_of_records() {
  temporary_directory root;
  storage::rocks_ledger ledger{small(root.path())};
  const auto writer = ledger.open_writer(0);
  std::uint64_t version = 0;
  for (const std::size_t rows : {1, 3, 1'000, 1, 2'500, 2}) {
    for (std::size_t row = 0; row < rows; ++row) {
      ++version;
      writer->put("counter-" + std::to_string(version), std::nullopt, counted(1, version));
    }
    REQUIRE(writer->commit(version, at(1), static_cast<std::int64_t>(rows), 0) ==
            counter::commit_result::ok);
  }
  for (const auto& entry : fs::directory_iterator{root.path() / "db"})
    if (entry.path().extension() == ".log") {
      auto bytes = bytes_of(entry.path());
      bytes.resize(bytes.find_last_not_of('\0') + 1);
      return bytes;
    }
  return {};
}

}  // namespace

TEST_CASE("valid_prefix() ends before the first record that is torn or damaged") {
  // The last record may end with zeros of its own.
  auto log = log_of_records();
  while (valid_prefix(log) != log.size() && log.size() < 400'000)
    log += '\0';
  REQUIRE(log.size() > 3 * 32'768);
  REQUIRE(log.size() < 400'000);
  std::set<std::size_t> ends;
  std::size_t last = 0;
  for (std::size_t size = 0; size <= log.size(); size += size < 500 ? 1 : 97) {
    const auto valid = valid_prefix(std::string_view{log}.substr(0, size));
    CHECK(valid <= size);
    CHECK(valid >= last);
    last = valid;
    ends.insert(valid);
  }
  // Each of the six records counts as a whole or not at all.
  CHECK(ends.size() <= 7);
  CHECK(ends.size() >= 5);
  for (const auto end : ends)
    CHECK(valid_prefix(std::string_view{log}.substr(0, end)) == end);
  for (std::size_t at = 0; at < log.size(); at += 61) {
    auto changed = log;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    const auto valid = valid_prefix(changed);
    CHECK(valid <= at);
    CHECK(ends.contains(valid));
  }
  CHECK(valid_prefix(log + std::string(100'000, '\0')) == log.size());
}
