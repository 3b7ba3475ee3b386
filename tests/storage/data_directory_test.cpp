#include "storage/rocksdb/data_directory.hpp"

#include "storage/rocksdb/check.hpp"
#include "storage/rocksdb/commit_watermark.hpp"
#include "storage/rocksdb/database_opener.hpp"
#include "storage/rocksdb/rocks_ledger.hpp"
#include "tests/storage/support/file_bytes.hpp"
#include "tests/storage/support/test_disk.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using storage::commit_watermark;
using storage::rocks_ledger;
using namespace storage_tests;
namespace fs = std::filesystem;

namespace {

std::string refusal_of(const std::function<void()>& act) {
  try {
    act();
    return "";
  } catch (const std::runtime_error& error) {
    CHECK(std::string{error.what()}.find('\n') == std::string::npos);
    return error.what();
  }
}

std::string refusal(const fs::path& directory) {
  return refusal_of([&] { rocks_ledger{small(directory)}; });
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("a ledger creates a directory that only its owner can read") {
  temporary_directory root;
  const auto directory = root.path() / "data";
  CHECK(refusal(directory) == "");
  struct stat found {};
  REQUIRE(::stat(directory.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0700);
  CHECK(bytes_of(directory / "COUNTERD") == "counterd data directory, format 1\n");
  CHECK(fs::file_size(directory / "witness") == 1'024);
  CHECK(refusal(directory / "") == "");
  CHECK(has(refusal(root.path() / "not there" / "data"), "cannot be created"));
}

TEST_CASE("a ledger takes an empty directory and refuses another one") {
  temporary_directory root;
  fs::create_directory(root.path() / "lost+found");
  CHECK(refusal(root.path()) == "");

  temporary_directory other;
  write(other.path() / "letter", "dear");
  CHECK(has(refusal(other.path()), "not empty"));
  CHECK(has(refusal(other.path()), "letter"));
  CHECK(has(refusal(other.path() / "letter"), "letter"));
  CHECK(std::distance(fs::directory_iterator{other.path()}, {}) == 1);
}

TEST_CASE("a directory in use is refused to a second ledger and to check()") {
  temporary_directory root;
  const rocks_ledger first{small(root.path())};
  CHECK(has(refusal(root.path()), "in use by another counterd"));
  CHECK(has(refusal_of([&] { storage::check(root.path()); }), "in use by another counterd"));
}

TEST_CASE("a ledger refuses a newer format and an invalid marker") {
  temporary_directory root;
  REQUIRE(refusal(root.path()) == "");
  write(root.path() / "COUNTERD", "counterd data directory, format 12\n");
  CHECK(has(refusal(root.path()), "format 12"));
  CHECK(has(refusal(root.path()), "none after 1"));
  for (const auto* bad : {"", "counterd data directory, format 0\n", "counterd data directory\n",
                          "counterd data directory, format 1", "format 1\n",
                          "counterd data directory, format 1x\n"}) {
    write(root.path() / "COUNTERD", bad);
    CHECK(has(refusal(root.path()), "damaged"));
  }
}

TEST_CASE("a ledger completes a first start that was interrupted") {
  const auto marker = "counterd data directory, format 1\n";
  const std::function<void(const fs::path&)> states[] = {
      [](const fs::path&) {},
      [](const fs::path& at) { write(at / "COUNTERD.part", "counterd da"); },
      [&](const fs::path& at) { write(at / "COUNTERD", marker); },
      [&](const fs::path& at) {
        write(at / "COUNTERD", marker);
        fs::create_directory(at / "db");
      },
      [&](const fs::path& at) {
        write(at / "COUNTERD", marker);
        fs::create_directory(at / "db");
        write(at / "db" / "MANIFEST-000001", "");
        write(at / "db" / "000001.dbtmp", "MANI");
      },
      [](const fs::path& at) {
        REQUIRE(refusal(at) == "");
        fs::remove(at / "witness");
        write(at / "witness.part", "");
      },
  };
  for (const auto& state : states) {
    temporary_directory root;
    state(root.path());
    CHECK(refusal(root.path()) == "");
    CHECK(storage::check(root.path()).damages.empty());
  }
}

TEST_CASE("a ledger refuses a database without its watermark, and the reverse") {
  temporary_directory root;
  {
    rocks_ledger ledger{small(root.path())};
    const auto writer = ledger.open_writer(0);
    writer->put("a", std::nullopt, counted(1, 1));
    REQUIRE(writer->commit(1, at(1), 1, 0) == counter::commit_result::ok);
  }
  const auto bytes = bytes_of(root.path() / "witness");
  fs::remove(root.path() / "witness");
  CHECK(has(refusal(root.path()), "witness"));
  write(root.path() / "witness", bytes);
  CHECK(refusal(root.path()) == "");
  fs::rename(root.path() / "db", root.path() / "backups" / "db");
  CHECK(has(refusal(root.path()), "CURRENT is missing"));
  // Nor does it accept another, older database.
  fs::remove_all(root.path() / "db");
  {
    temporary_directory other;
    REQUIRE(refusal(other.path()) == "");
    fs::copy(other.path() / "db", root.path() / "db", fs::copy_options::recursive);
  }
  CHECK(has(refusal(root.path()), "acknowledged changes are missing"));
}

TEST_CASE("commit_watermark reads the last number, whichever slot is torn") {
  temporary_directory root;
  const auto file = root.path() / "witness";
  const auto file_system = storage::default_file_system();
  commit_watermark::create(*file_system, file, 5);
  CHECK(commit_watermark::read(file) == 5);
  {
    commit_watermark watermark{file};
    CHECK(watermark.sequence() == 5);
    CHECK(watermark.advance(4));
    CHECK(watermark.sequence() == 5);
    CHECK(watermark.advance(7));
    CHECK(watermark.advance(9));
    CHECK(watermark.sync());
  }
  CHECK(commit_watermark::read(file) == 9);
  {
    commit_watermark watermark{file};
    CHECK(watermark.advance(10));  // over 7, not over 9
  }
  const auto whole = bytes_of(file);
  for (std::size_t byte = 0; byte < 16; ++byte)
    for (const std::size_t slot : {0, 512}) {
      auto torn = whole;
      torn[slot + byte] = static_cast<char>(torn[slot + byte] ^ 1);
      write(file, torn);
      const auto left = commit_watermark::read(file);
      CHECK((left == 9 || left == 10));
      CHECK(left != commit_watermark::read(file) + 1);
    }
  write(file, whole.substr(0, 1'023));
  CHECK_THROWS_AS(commit_watermark::read(file), std::runtime_error);
  write(file, std::string(1'024, '\0'));
  CHECK_THROWS_AS(commit_watermark::read(file), std::runtime_error);
  CHECK_THROWS_AS(commit_watermark{root.path() / "none"}, std::runtime_error);
}

TEST_CASE("back_up() makes a data directory, and no second one of that name") {
  temporary_directory root;
  std::string path, other;
  {
    rocks_ledger ledger{small(root.path())};
    const auto writer = ledger.open_writer(0);
    writer->put("a", std::nullopt, counted(1, 1, at(50)));
    REQUIRE(writer->commit(1, at(7), 1, 0) == counter::commit_result::ok);
    const auto first = ledger.back_up("first");
    CHECK(first.outcome == counter::outcome::ok);
    path = first.path;
    CHECK(path == (root.path() / "backups" / "first").string());
    writer->put("b", std::nullopt, counted(2, 2));
    REQUIRE(writer->commit(2, at(8), 1, 0) == counter::commit_result::ok);
    CHECK(ledger.back_up("first").outcome == counter::outcome::backup_exists);
    // An unfinished backup of the same name is replaced.
    fs::create_directories(root.path() / "backups" / "second~" / "db");
    const auto second = ledger.back_up("second");
    CHECK(second.outcome == counter::outcome::ok);
    other = second.path;
    fs::create_directories(root.path() / "backups" / "third~" / "db.tmp");
  }
  CHECK(storage::check(path).counters == 1);
  CHECK(storage::check(other).counters == 2);
  CHECK(refusal(root.path()) == "");
  CHECK_FALSE(fs::exists(root.path() / "backups" / "third~"));
  rocks_ledger copy{small(path)};
  CHECK(copy.summary().version == 1);
  CHECK(copy.summary().now == at(7));
  CHECK(copy.summary().counters == 1);
}

TEST_CASE("check() finds rows that contradict each other, and changes nothing") {
  temporary_directory root;
  CHECK_THROWS_AS(storage::check(root.path()), std::runtime_error);
  CHECK(fs::is_empty(root.path()));
  {
    rocks_ledger ledger{small(root.path())};
    const auto writer = ledger.open_writer(0);
    // These claims about the state before are false, so rows will be missing.
    writer->put("a", counted(1, 1, at(5)), counted(1, 1, at(5)));
    REQUIRE(writer->commit(1, at(7), 3, 0) == counter::commit_result::ok);
  }
  const auto result = storage::check(root.path());
  CHECK(result.counters == 1);
  REQUIRE(result.damages.size() == 2);
  CHECK(has(result.damages[0], "its due row is missing: a"));
  CHECK(has(result.damages[1], "1 counters, but the shards count 3"));
}
