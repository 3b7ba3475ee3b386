// storage/rocksdb/ relies on what RocksDB writes to its MANIFEST and its logs, which RocksDB
// does not promise.

#include "storage/rocksdb/valid_prefix.hpp"
#include "tests/storage/support/database.hpp"
#include "tests/storage/support/file_bytes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

using storage::valid_prefix;
using namespace storage_tests;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t manifest_bytes_max = std::size_t{256} << 10;

}  // namespace

TEST_CASE("inspect() finds the number of the last row in tables and logs, and changes no file") {
  database database;
  std::uint64_t rows = 0;
  const auto put = [&](int count) {
    database.put(count);
    rows += static_cast<std::uint64_t>(count);
    CHECK(database.last_number() == rows);
  };
  const auto look = [&] {
    database.close();
    const auto before = files_in(database.path());
    CHECK(database.inspected() == rows);
    // To look is to touch nothing.
    CHECK(files_in(database.path()) == before);
    database.open();
    CHECK(database.last_number() == rows);
  };
  look();
  put(1);
  look();  // a log only
  put(3);
  database.flush();
  look();  // tables only
  put(1'000);
  database.flush();
  put(2);
  look();  // both
  put(5'000);
  put(1);
  look();
  CHECK(database.has_all());
}

TEST_CASE("valid_prefix() of a whole MANIFEST is all of it") {
  database database;
  for (int round = 0; round < 3; ++round) {
    for (int table = 0; table < 7; ++table) {
      database.put(50);
      database.flush();
      const auto manifest = bytes_of(database.manifest());
      CHECK(manifest.size() > 50);
      CHECK(valid_prefix(manifest) == manifest.size());
    }
    database.close();
    database.open();
  }
}

TEST_CASE("open() ignores what a power failure leaves at the end of a MANIFEST") {
  database database;
  for (int table = 0; table < 3; ++table) {
    database.put(50);
    database.flush();
  }
  database.put(50);
  database.close();
  const auto whole = files_in(database.path());
  const auto manifest = database.manifest();
  const auto bytes = bytes_of(manifest);
  // A record as RocksDB makes them, of which a part is there, or one bit is wrong.
  const auto head = std::size_t{7};
  const auto length = static_cast<unsigned char>(bytes[4]) +
                      (std::size_t{static_cast<unsigned char>(bytes[5])} << 8);
  const auto record = bytes.substr(0, head + length);
  REQUIRE(valid_prefix(record) == record.size());
  auto wrong = record;
  wrong.back() = static_cast<char>(wrong.back() ^ 1);
  const std::string tails[] = {
      record.substr(0, 3),
      record.substr(0, head),
      record.substr(0, record.size() - 1),
      record.substr(0, record.size() / 2) + std::string(600, '\0'),
      wrong,
      std::string(5, '\0'),
      std::string(512, '\0'),
      std::string(512, '\xa5'),
  };
  for (const auto& tail : tails) {
    CAPTURE(tail.size());
    write(manifest, bytes + tail);
    CHECK(database.inspected() == 200);
    database.open();
    CHECK(database.has_all());
    database.close();
    fs::remove_all(database.path());
    fs::create_directory(database.path());
    for (const auto& [name, content] : whole)
      write(database.path() / name, content);
  }
}

TEST_CASE("RocksDB begins a new MANIFEST when the old one reaches its limit") {
  database database;
  const auto first = database.manifest();
  std::size_t longest = 0;
  int tables = 0;
  while (tables < 20'000 && database.manifest() == first) {
    longest = std::max(longest, bytes_of(first).size());
    database.put(1);
    database.flush();
    ++tables;
  }
  MESSAGE(tables << " tables in a MANIFEST of " << longest << " bytes");
  CHECK(database.manifest() != first);
  CHECK(longest > manifest_bytes_max / 2);
  CHECK(longest < manifest_bytes_max + 10'000);
  database.put(1);
  database.close();
  CHECK(database.inspected() == static_cast<std::uint64_t>(tables) + 1);
  database.open();
  CHECK(database.has_all());
}
