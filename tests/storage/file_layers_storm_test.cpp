// RocksDB calls our file layers on several threads at once. ThreadSanitizer cannot check them
// within a commit: tests/tsan.supp suppresses every report that has one in it. So these tests call
// the layers as RocksDB does, but on threads of their own, over a disk without locks.
//
// To see that a race is reported, remove the lock from log_file::forget(), or make synced_ a
// plain integer, and run `scripts/test tsan -R storm`.

#include "storage/rocksdb/manifest_file_system.hpp"
#include "storage/rocksdb/shortage_file_system.hpp"
#include "storage/rocksdb/valid_prefix.hpp"
#include "storage/rocksdb/wal_file_system.hpp"
#include "storage/rocksdb/wal_gap_filter.hpp"
#include "tests/storage/support/database.hpp"
#include "tests/storage/support/lockless_file_system.hpp"
#include "tests/storage/support/storm.hpp"

#include <rocksdb/write_batch.h>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

using namespace storage_tests;
using rocksdb::FileSystem;
using storage::wal_file_system;

namespace {

constexpr int rounds = 1'000;

std::unique_ptr<rocksdb::FSWritableFile> open_log(FileSystem& layer, const std::string& name,
                                                  bool reuses) {
  std::unique_ptr<rocksdb::FSWritableFile> log;
  const auto status = reuses ? layer.ReuseWritableFile(name, "/db/old.log", {}, &log, nullptr)
                             : layer.NewWritableFile(name, {}, &log, nullptr);
  status.PermitUncheckedError();
  return log;
}

bool append(rocksdb::FSWritableFile& log, const char* data) {
  return log.Append(data, {}, nullptr).ok();
}

bool sync_directory(FileSystem& layer, const std::string& name, bool has_options) {
  std::unique_ptr<rocksdb::FSDirectory> directory;
  if (!layer.NewDirectory(name, {}, &directory, nullptr).ok())
    return false;
  return has_options ? directory->FsyncWithDirOptions({}, nullptr, {}).ok()
                     : directory->Fsync({}, nullptr).ok();
}

/// Opens a log, writes and syncs it, in most rounds until its disk is full, and closes it.
void write_log(storm& calls, FileSystem& layer, int round, const char* last) {
  const auto log = open_log(layer, "/db/" + std::to_string(round) + ".log", round % 2 == 0);
  const wal_file_system::commit_scope committing;
  log->PrepareWrite(0, 3, {}, nullptr);
  calls.expect(append(*log, "row"));
  calls.expect(log->Flush({}, nullptr).ok());
  calls.expect(log->RangeSync(0, 3, {}, nullptr).ok());
  if (round % 3 == 0)
    calls.expect(log->Sync({}, nullptr).ok());
  if (round % 3 == 1)
    calls.expect(log->Fsync({}, nullptr).ok());
  calls.expect(append(*log, "row"));
  if (round % 4 != 0)
    calls.expect(log->Append(last, {}, nullptr).IsNoSpace());
  // In the other rounds its destructor closes it.
  if (round % 5 != 0)
    calls.expect(log->Close({}, nullptr).ok());
}

/// The layers that a ledger has, over `disk`.
std::shared_ptr<wal_file_system> all_layers(const std::shared_ptr<FileSystem>& disk) {
  return std::make_shared<wal_file_system>(std::make_shared<storage::manifest_file_system>(
      std::make_shared<storage::shortage_file_system>(disk)));
}

}  // namespace

TEST_CASE("wal_file_system takes a storm of logs that open, sync and close on a full disk") {
  const auto disk = std::make_shared<lockless_file_system>();
  const auto layer = all_layers(disk);
  const auto shared_log = open_log(*layer, "/db/shared.log", false);
  storm calls{rounds};
  for (const auto* last : {lockless_file_system::no_space, lockless_file_system::quota,
                           lockless_file_system::no_space})
    calls.add([&, last](int round) { write_log(calls, *layer, round, last); });
  // With sync::interval one thread writes a log while another syncs it.
  calls.add([&](int round) {
    const wal_file_system::commit_scope committing;
    shared_log->PrepareWrite(3 * static_cast<std::size_t>(round), 3, {}, nullptr);
    calls.expect(append(*shared_log, "row"));
  });
  calls.add([&](int) {
    calls.expect(shared_log->Sync({}, nullptr).ok());
    calls.expect(!layer->is_unsure());
    static_cast<void>(layer->is_cut());
  });
  // A committer reads the clock that the threads before stop and start.
  std::chrono::nanoseconds synced{};
  calls.add([&](int) {
    const auto reading = layer->commit_syncs().reading();
    calls.expect(reading >= synced);
    synced = reading;
  });
  // These commit nothing, so their failures say nothing about the log.
  for (const bool has_options : {false, true})
    calls.add([&, has_options](int round) {
      calls.expect(sync_directory(*layer, "/db", has_options));
      calls.expect(!sync_directory(*layer, lockless_file_system::broken_directory, round % 2 == 0));
    });
  CHECK(calls.run() == 0);
  CHECK(layer->is_cut());
  CHECK_FALSE(layer->is_unsure());
  CHECK(layer->commit_syncs().reading().count() > 0);
  CHECK(layer->commit_syncs().reading() >= synced);
  CHECK(disk->late_calls() == 0);
}

TEST_CASE("wal_file_system is unsure during and after a storm of failed writes") {
  const auto disk = std::make_shared<lockless_file_system>();
  const auto layer = all_layers(disk);
  storm calls{rounds};
  calls.add([&](int round) {
    const auto log = open_log(*layer, "/db/1.log", round % 2 == 0);
    calls.expect(append(*log, "row"));
    calls.expect(!append(*log, lockless_file_system::broken));
    calls.expect(layer->is_unsure());
  });
  calls.add([&](int round) {
    const wal_file_system::commit_scope committing;
    calls.expect(!sync_directory(*layer, lockless_file_system::broken_directory, round % 2 == 0));
    calls.expect(layer->is_unsure());
  });
  // Meets a full disk, before or after another thread has made the layer unsure.
  calls.add([&](int round) {
    const auto log = open_log(*layer, "/db/2.log", round % 2 == 0);
    calls.expect(append(*log, "row"));
    calls.expect(!append(*log, lockless_file_system::no_space));
  });
  CHECK(calls.run() == 0);
  CHECK(layer->is_unsure());
  CHECK(disk->late_calls() == 0);
}

TEST_CASE("manifest_file_system and shortage_file_system take a storm of calls") {
  const auto manifest = [] {
    const database database;
    return bytes_of(database.manifest());
  }();
  REQUIRE(storage::valid_prefix(manifest) == manifest.size());
  const auto layer = all_layers(std::make_shared<lockless_file_system>(manifest + "torn"));
  storm calls{rounds};
  for (int thread = 0; thread < 2; ++thread) {
    calls.add([&](int) {
      std::unique_ptr<rocksdb::FSSequentialFile> file;
      calls.expect(layer->NewSequentialFile("/db/MANIFEST-000001", {}, &file, nullptr).ok());
      std::string scratch(manifest.size() + 10, '\0');
      rocksdb::Slice bytes;
      calls.expect(file->Read(scratch.size(), {}, &bytes, scratch.data(), nullptr).ok());
      calls.expect(bytes == manifest);
    });
    calls.add([&](int) {
      calls.expect(layer->RenameFile("/db/000001.dbtmp", "/db/CURRENT", {}, nullptr).ok());
      calls.expect(layer->LinkFile("/db/1.sst", "/copy/1.sst", {}, nullptr).IsNotSupported());
    });
    calls.add([&](int) {
      const auto table = open_log(*layer, "/db/1.sst", false);
      calls.expect(append(*table, "rows"));
      calls.expect(table->Append(lockless_file_system::quota, {}, nullptr).IsNoSpace());
      calls.expect(table->Append(lockless_file_system::broken, {}, nullptr).IsIOError());
      calls.expect(table->Sync({}, nullptr).ok());
      calls.expect(table->Close({}, nullptr).ok());
    });
  }
  CHECK(calls.run() == 0);
  CHECK_FALSE(layer->is_unsure());
}

TEST_CASE("wal_gap_filter takes a storm of records, in each thread those of another database") {
  // Records of two rows each; the third is missing in the second log.
  const auto record = [](char number) {
    rocksdb::WriteBatch batch;
    batch.Put("a", "1");
    batch.Put("b", "2");
    auto bytes = batch.Data();
    bytes[0] = number;
    return rocksdb::WriteBatch{bytes};
  };
  using option = rocksdb::WalFilter::WalProcessingOption;
  const std::vector<rocksdb::WriteBatch> whole = {record(1), record(3), record(5), record(7)};
  const std::vector<rocksdb::WriteBatch> torn = {record(1), record(3), record(7)};
  storm calls{rounds};
  for (const auto* log : {&whole, &torn, &whole})
    calls.add([&, log](int) {
      storage::wal_gap_filter filter;
      filter.look();
      bool is_changed = false;
      for (const auto& batch : *log) {
        const bool is_gap = log == &torn && &batch == &log->back();
        calls.expect(filter.LogRecordFound(1, "/db/1.log", batch, nullptr, &is_changed) ==
                     (is_gap ? option::kCorruptedRecord : option::kIgnoreCurrentRecord));
      }
      calls.expect(filter.follow(0) == (log == &torn ? 4 : 8));
    });
  CHECK(calls.run() == 0);
}
