// Bytes that a read of a counter takes from files when memory is small.

#include "storage/rocksdb/database_opener.hpp"
#include "storage/rocksdb/rocks_ledger.hpp"
#include "tests/storage/support/counting_file_system.hpp"
#include "tests/storage/support/test_disk.hpp"
#include "tests/unit/seed.hpp"

#include <rocksdb/db.h>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

using namespace storage_tests;

namespace {

constexpr std::size_t counters = unit::is_sanitized ? 50'000 : 500'000;
constexpr std::size_t counters_of_a_group = 5'000;
/// Less than the filters take, which have 10 bits for each counter.
constexpr std::size_t memory = std::size_t{256} << 10;
constexpr std::uint64_t block_bytes = 4096;

std::string name_of(std::size_t number) {
  return "a counter with some name " + std::to_string(10'000'000 + number);
}

storage::settings settings_of(const std::filesystem::path& directory,
                              const std::shared_ptr<counting_file_system>& files) {
  return {.directory = directory, .memory = memory, .file_system = files};
}

void fill(const storage::settings& settings) {
  storage::rocks_ledger ledger{settings};
  const auto writer = ledger.open_writer(0);
  std::uint64_t version = 0;
  while (version < counters) {
    for (std::size_t i = 0; i < counters_of_a_group; ++i, ++version)
      writer->put(name_of(version), std::nullopt,
                  counted(static_cast<std::int64_t>(version * 0x9e3779b97f4a7c15), version));
    REQUIRE(writer->commit(version, at(1), counters_of_a_group, 0) == counter::commit_result::ok);
  }
}

/// Merges all tables into one level, as RocksDB does in time.
void compact(const storage::settings& settings) {
  storage::database_opener opener{settings.directory / "db", settings.memory, settings.file_system,
                                  [](const rocksdb::Status& status) { FAIL(status.ToString()); }};
  std::uint64_t sequence = 0;
  REQUIRE(opener.inspect(sequence).ok());
  std::unique_ptr<rocksdb::DB> database;
  REQUIRE(opener.open(storage::database_opener::access::write, database).ok());
  REQUIRE(database->CompactRange({}, nullptr, nullptr).ok());
}

/// Returns how many bytes the ledger reads from tables for a random name, on average. Either all of
/// the names exist, or none.
std::uint64_t bytes_of_a_read(storage::rocks_ledger& ledger, const counting_file_system& files,
                              std::mt19937_64& random, bool exist) {
  constexpr std::uint64_t reads = 2'000;
  const auto before = files.read_bytes();
  for (std::uint64_t i = 0; i < reads; ++i) {
    const auto name = name_of(random() % counters) + (exist ? "" : "?");
    const std::array<std::string_view, 1> names{name};
    std::array<std::optional<counter::state>, 1> found;
    REQUIRE(ledger.read(names, found) == counter::outcome::ok);
    REQUIRE(found[0].has_value() == exist);
  }
  return (files.read_bytes() - before) / reads;
}

}  // namespace

TEST_CASE("read() of an uncached name takes three blocks from files at most, in small memory") {
  const auto seed = unit::chosen_seed();
  CAPTURE(seed);
  std::mt19937_64 random{seed};
  temporary_directory root;
  const auto files = std::make_shared<counting_file_system>();
  const auto settings = settings_of(root.path() / "data", files);
  fill(settings);
  compact(settings);
  storage::rocks_ledger ledger{settings};
  for (const bool exist : {true, false}) {
    CAPTURE(exist);
    bytes_of_a_read(ledger, *files, random, exist);  // fills the cache
    // One block of the filter, one of the index, and the one with the counter. A filter that is
    // not partitioned would be read as a whole: ten bits for each counter.
    CHECK(bytes_of_a_read(ledger, *files, random, exist) <= 3 * block_bytes);
  }
}
