// Data directories with damaged files: what a ledger serves is exact, or it refuses to start.

#include "storage/rocksdb/check.hpp"
#include "storage/rocksdb/commit_watermark.hpp"
#include "storage/rocksdb/rocks_ledger.hpp"
#include "storage/rocksdb/valid_prefix.hpp"
#include "tests/storage/support/file_bytes.hpp"
#include "tests/storage/support/script.hpp"
#include "tests/storage/support/strides.hpp"
#include "tests/storage/support/test_disk.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <system_error>
#include <vector>

using namespace storage_tests;
namespace fs = std::filesystem;

namespace {

/// The size of a log without the zeros at its end.
std::size_t written_bytes(const std::string& log) {
  return log.find_last_not_of('\0') + 1;
}

std::set<std::string> names_in(const fs::path& directory) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator{directory})
    names.insert(entry.path().string());
  return names;
}

/// Copies an open database, once it has removed the files that it does not need any more.
void copy_at_rest(const fs::path& live, const fs::path& copy) {
  for (std::set<std::string> before; before != names_in(live);) {
    before = names_in(live);
    std::error_code error;
    fs::remove_all(copy);
    fs::copy(live, copy, fs::copy_options::recursive, error);
    if (error)
      before.clear();
  }
}

/// A data directory as a killed process leaves it: tables, and a log that is not in them.
class image {
public:
  image() {
    const auto live = root_.path() / "live";
    const auto known = run_script(small(live), {}, 3, [](const account&) {});
    certain_ = known.certain;
    storage::rocks_ledger ledger{small(live)};
    const auto writer = ledger.open_writer(0);
    for (int group = 0; group < 12; ++group) {
      const auto name = "late-" + std::to_string(group);
      const auto state = counted(group, ++certain_.version);
      writer->put(name, std::nullopt, state);
      certain_.counters[name] = state;
      REQUIRE(writer->commit(certain_.version, certain_.now, 1, 0) == counter::commit_result::ok);
    }
    fs::remove_all(live / "backups");
    fs::create_directory(live / "backups");
    copy_at_rest(live, directory_);
  }

  const contents& certain() const { return certain_; }
  const fs::path& path() const { return directory_; }

  /// The names of its files, relative to path().
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator{directory_})
      if (entry.is_regular_file() && entry.file_size() > 0)
        names.push_back(entry.path().lexically_relative(directory_).string());
    return names;
  }

private:
  temporary_directory root_;
  fs::path directory_ = root_.path() / "copy";
  contents certain_;
};

/// RocksDB's logs are divided into blocks; a record may span several.
constexpr std::size_t log_block_bytes = std::size_t{32} << 10;

struct tally {
  int exact = 0, refused = 0;
};

/// Starts a ledger on a copy of the image in which `file` has other bytes. Checks that it
/// has exactly what the image has, or refuses with a reason.
void check_damaged(const image& image, const std::string& file, const std::string& bytes,
                   tally& tally) {
  temporary_directory root;
  const auto copy = root.path() / "copy";
  fs::copy(image.path(), copy, fs::copy_options::recursive);
  write(copy / file, bytes);
  std::string refusal;
  const auto found = read_all(copy, refusal);
  if (!found) {
    ++tally.refused;
    CHECK_FALSE(refusal.empty());
    return;
  }
  ++tally.exact;
  if (!(*found == image.certain()))
    FAIL_CHECK(difference(*found, image.certain()));
}

}  // namespace

TEST_CASE("the image that the tests damage has no damage") {
  const image image;
  tally tally;
  check_damaged(image, "COUNTERD", bytes_of(image.path() / "COUNTERD"), tally);
  CHECK(tally.exact == 1);
  CHECK(storage::check(image.path()).damages.empty());
}

TEST_CASE("a ledger with a file cut off anywhere has everything or refuses to start") {
  const image image;
  int tables_refused = 0;
  for (const auto& file : image.files()) {
    CAPTURE(file);
    const auto bytes = bytes_of(image.path() / file);
    tally tally;
    const auto end = file.ends_with(".log") ? written_bytes(bytes) : bytes.size();
    for (std::size_t size = 0; size < end; size += stride(1 + end / 60)) {
      CAPTURE(size);
      check_damaged(image, file, bytes.substr(0, size), tally);
    }
    MESSAGE(file << ", " << bytes.size() << " bytes: " << tally.exact << " exact, " << tally.refused
                 << " refused");
    if (file.ends_with(".sst"))
      tables_refused += tally.refused;
    if (file.ends_with(".log") || file == "COUNTERD" || file == storage::commit_watermark_file ||
        file == "db/CURRENT")
      CHECK(tally.refused > 0);
  }
  // Not every table is refused: one may be left that does not belong to the database.
  CHECK(tables_refused > 0);
}

TEST_CASE("a ledger with a wrong bit anywhere has everything or refuses to start") {
  const image image;
  for (const auto& file : image.files()) {
    CAPTURE(file);
    const auto bytes = bytes_of(image.path() / file);
    tally tally;
    // Including some of the zeros.
    const auto end = file.ends_with(".log") ? written_bytes(bytes) + 100 : bytes.size();
    for (std::size_t bit = 0; bit < end * 8; bit += stride(1 + end * 8 / 90)) {
      CAPTURE(bit);
      auto changed = bytes;
      changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
      check_damaged(image, file, changed, tally);
    }
    MESSAGE(file << ", " << bytes.size() * 8 << " bits: " << tally.exact << " exact, "
                 << tally.refused << " refused");
  }
}

TEST_CASE("a ledger with a sector of zeros in its log refuses to start") {
  temporary_directory root;
  const auto live = root.path() / "live", copy = root.path() / "copy";
  storage::rocks_ledger ledger{small(live)};
  const auto writer = ledger.open_writer(0);
  contents certain;
  // Many blocks: RocksDB skips each one that begins with zeros.
  for (int group = 0; group < 200; ++group) {
    for (int row = 0; row < 20; ++row) {
      const auto name = "counter-" + std::to_string(group) + "-" + std::to_string(row);
      const auto state = counted(row, ++certain.version);
      writer->put(name, std::nullopt, state);
      certain.counters[name] = state;
    }
    REQUIRE(writer->commit(certain.version, certain.now, 20, 0) == counter::commit_result::ok);
  }
  copy_at_rest(live, copy);
  for (const auto& entry : fs::directory_iterator{copy / "db"}) {
    if (entry.path().extension() != ".log")
      continue;
    const auto bytes = bytes_of(entry.path());
    const auto end = written_bytes(bytes);
    REQUIRE(end > 4 * log_block_bytes);
    for (std::size_t at = 0; at < end; at += 512 * stride(31)) {
      CAPTURE(at);
      auto changed = bytes;
      changed.replace(at, 512, 512, '\0');
      write(entry.path(), changed);
      std::string refusal;
      CHECK_FALSE(read_all(copy, refusal));
      CHECK(refusal.find("acknowledged changes are missing") != refusal.npos);
      CHECK_FALSE(storage::check(copy).damages.empty());
    }
    // Whole blocks.
    for (std::size_t at = 0; at + log_block_bytes < end; at += log_block_bytes) {
      CAPTURE(at);
      auto changed = bytes;
      changed.replace(at, log_block_bytes, log_block_bytes, '\0');
      write(entry.path(), changed);
      std::string refusal;
      CHECK_FALSE(read_all(copy, refusal));
    }
    write(entry.path(), bytes);
  }
  std::string refusal;
  CHECK(read_all(copy, refusal) == certain);
}

TEST_CASE("a ledger whose log has zeros up to the beginning of a record refuses to start") {
  int tried = 0;
  for (std::size_t length = 1; length <= 60; ++length) {
    CAPTURE(length);
    temporary_directory root;
    const auto live = root.path() / "live", copy = root.path() / "copy";
    { storage::rocks_ledger{small(live)}; }
    storage::rocks_ledger ledger{small(live)};
    const auto writer = ledger.open_writer(0);
    for (std::uint64_t group = 1; group <= 2 * log_block_bytes / (100 + length); ++group) {
      writer->put(std::string(length, 'n'), counted(1, group), counted(2, group));
      REQUIRE(writer->commit(group, at(1), 0, 0) == counter::commit_result::ok);
    }
    copy_at_rest(live, copy);
    for (const auto& entry : fs::directory_iterator{copy / "db"}) {
      const auto bytes = bytes_of(entry.path());
      if (entry.path().extension() != ".log" || written_bytes(bytes) < log_block_bytes + 512 ||
          storage::valid_prefix(bytes.substr(0, log_block_bytes)) + 7 <= log_block_bytes)
        continue;
      ++tried;
      // From the beginning of the log, and from that of a record in the middle.
      const auto middle = storage::valid_prefix(bytes.substr(0, log_block_bytes / 2));
      for (const auto begin : {std::size_t{0}, middle}) {
        CAPTURE(begin);
        auto changed = bytes;
        changed.replace(begin, log_block_bytes - begin, log_block_bytes - begin, '\0');
        write(entry.path(), changed);
        std::string refusal;
        CHECK_FALSE(read_all(copy, refusal));
        CHECK_FALSE(storage::check(copy).damages.empty());
      }
    }
  }
  CHECK(tried > 0);
}

TEST_CASE("a ledger without one of its files has everything or refuses to start") {
  const image image;
  for (const auto& file : image.files()) {
    CAPTURE(file);
    temporary_directory root;
    const auto copy = root.path() / "copy";
    fs::copy(image.path(), copy, fs::copy_options::recursive);
    fs::remove(copy / file);
    std::string refusal;
    const auto found = read_all(copy, refusal);
    CHECK((!found || *found == image.certain()));
    if (file == "COUNTERD" || file == storage::commit_watermark_file || file == "db/CURRENT")
      CHECK_FALSE(found);
  }
}

TEST_CASE("a refused start changes nothing, so a repaired log has everything") {
  const image image;
  for (const auto& file : image.files()) {
    if (!file.ends_with(".log"))
      continue;
    temporary_directory root;
    const auto copy = root.path() / "copy";
    fs::copy(image.path(), copy, fs::copy_options::recursive);
    const auto bytes = bytes_of(copy / file);
    fs::resize_file(copy / file, written_bytes(bytes) / 2);
    std::string refusal;
    CHECK_FALSE(read_all(copy, refusal));
    CHECK(refusal.find("acknowledged changes are missing") != refusal.npos);
    CHECK_FALSE(storage::check(copy).damages.empty());
    write(copy / file, bytes);
    CHECK(read_all(copy, refusal) == image.certain());
  }
}
