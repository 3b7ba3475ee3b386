#include "storage/rocksdb/in_place_file_system.hpp"

#include "storage/rocksdb/database_opener.hpp"
#include "tests/storage/support/file_bytes.hpp"
#include "tests/storage/support/test_disk.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

using namespace storage_tests;
namespace fs = std::filesystem;

namespace {

/// Every call that follows a path, on a file `a` and a directory `d` of `directory`.
std::map<std::string, std::function<rocksdb::IOStatus()>> calls(rocksdb::FileSystem& files,
                                                                const fs::path& directory) {
  const auto path = [directory](const char* name) { return (directory / name).string(); };
  return {
      {"open",
       [=, &files] {
         std::unique_ptr<rocksdb::FSSequentialFile> file;
         return files.NewSequentialFile(path("a"), {}, &file, nullptr);
       }},
      {"open anywhere",
       [=, &files] {
         std::unique_ptr<rocksdb::FSRandomAccessFile> file;
         return files.NewRandomAccessFile(path("a"), {}, &file, nullptr);
       }},
      {"create",
       [=, &files] {
         std::unique_ptr<rocksdb::FSWritableFile> file;
         return files.NewWritableFile(path("b"), {}, &file, nullptr);
       }},
      {"reopen",
       [=, &files] {
         std::unique_ptr<rocksdb::FSWritableFile> file;
         return files.ReopenWritableFile(path("a"), {}, &file, nullptr);
       }},
      {"list",
       [=, &files] {
         std::vector<std::string> names;
         return files.GetChildren(directory.string(), {}, &names, nullptr);
       }},
      {"link", [=, &files] { return files.LinkFile(path("a"), path("c"), {}, nullptr); }},
      {"lock",
       [=, &files] {
         rocksdb::FileLock* lock = nullptr;
         auto status = files.LockFile(path("l"), {}, &lock, nullptr);
         if (status.ok())
           files.UnlockFile(lock, {}, nullptr);
         return status;
       }},
      {"make", [=, &files] { return files.CreateDir(path("e"), {}, nullptr); }},
      {"make if missing", [=, &files] { return files.CreateDirIfMissing(path("f"), {}, nullptr); }},
      {"reuse",
       [=, &files] {
         std::unique_ptr<rocksdb::FSWritableFile> file;
         return files.ReuseWritableFile(path("r"), path("g"), {}, &file, nullptr);
       }},
      {"rename", [=, &files] { return files.RenameFile(path("n"), path("m"), {}, nullptr); }},
      {"delete", [=, &files] { return files.DeleteFile(path("x"), {}, nullptr); }},
      {"delete a directory", [=, &files] { return files.DeleteDir(path("d"), {}, nullptr); }},
  };
}

void fill(const fs::path& directory) {
  fs::create_directories(directory / "d");
  for (const auto* name : {"a", "g", "n", "x"})
    write(directory / name, "text");
}

}  // namespace

TEST_CASE(
    "an in_place_file_system notices that a file which it is told of, or has locked, is another") {
  temporary_directory root;
  const auto database = root.path() / "db";
  fill(database);
  for (const bool is_locked : {false, true}) {
    CAPTURE(is_locked);
    storage::in_place_file_system files{storage::default_file_system(), database};
    const auto file = database / (is_locked ? "LOCK" : "a");
    rocksdb::FileLock* lock = nullptr;
    if (is_locked)
      REQUIRE(files.LockFile(file.string(), {}, &lock, nullptr).ok());
    else
      files.pin(file);
    CHECK(files.check_place().ok());
    fs::rename(file, root.path() / "away");
    CHECK_FALSE(files.check_place().ok());
    write(file, "text");
    CHECK_FALSE(files.check_place().ok());
    fs::rename(root.path() / "away", file);
    CHECK(files.check_place().ok());
    files.pin(database / "none");
    CHECK(files.check_place().ok());
    if (is_locked)
      CHECK(files.UnlockFile(lock, {}, nullptr).ok());
  }
}

TEST_CASE("an in_place_file_system follows no path once its directory is moved or replaced") {
  temporary_directory root;
  const auto database = root.path() / "db";
  fill(database);
  storage::in_place_file_system files{storage::default_file_system(), database};
  for (const auto& [name, call] : calls(files, database)) {
    CAPTURE(name);
    CHECK(call().ok());
  }
  fs::rename(database, root.path() / "away");
  CHECK_FALSE(files.check_place().ok());
  fill(database);
  for (const auto& [name, call] : calls(files, database)) {
    CAPTURE(name);
    CHECK(call().IsIOError());
  }
  CHECK(std::distance(fs::directory_iterator{database}, {}) == 5);
  fs::remove_all(database);
  fs::rename(root.path() / "away", database);
  CHECK(files.check_place().ok());
}
