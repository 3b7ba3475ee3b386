// What a commit takes beside its syncs, which bounds the mailboxes.

#include "storage/rocksdb/rocks_ledger.hpp"
#include "storage/rocksdb/sync_clock.hpp"
#include "tests/storage/support/test_disk.hpp"

#include <doctest/doctest.h>

#include <rocksdb/file_system.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace storage_tests;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

/// A disk on which the log is slow.
class slow_file_system final : public rocksdb::FileSystemWrapper {
public:
  slow_file_system() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  static const char* kClassName() { return "counterd-slow"; }
  const char* Name() const override { return kClassName(); }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override {
    auto status = target()->NewWritableFile(name, options, result, debug);
    if (status.ok() && name.ends_with(".log"))
      *result = std::make_unique<log>(std::move(*result), *this);
    return status;
  }

  /// How much longer a call takes.
  std::atomic<std::chrono::milliseconds> sync{0ms}, write{0ms};

private:
  class log final : public rocksdb::FSWritableFileOwnerWrapper {
  public:
    log(std::unique_ptr<rocksdb::FSWritableFile> target, slow_file_system& owner)
        : FSWritableFileOwnerWrapper(std::move(target)),
          owner_(owner) {}

    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      std::this_thread::sleep_for(owner_.write.load());
      return target()->Append(data, options, debug);
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo& /*verification*/,
                             rocksdb::IODebugContext* debug) override {
      return Append(data, options, debug);
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
      std::this_thread::sleep_for(owner_.sync.load());
      return target()->Sync(options, debug);
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                            rocksdb::IODebugContext* debug) override {
      std::this_thread::sleep_for(owner_.sync.load());
      return target()->Fsync(options, debug);
    }

  private:
    slow_file_system& owner_;
  };
};

struct timed_commit {
  nanoseconds took;
  nanoseconds synced;
};

/// Commits a counter through a writer of its own.
class committer {
public:
  committer(counter::ledger& ledger, unsigned shard)
      : writer_(ledger.open_writer(shard)),
        shard_(shard) {}

  timed_commit commit() {
    ++version_;
    writer_->put(std::to_string(shard_) + "/" + std::to_string(version_), std::nullopt,
                 counted(1, version_));
    const auto begin = steady_clock::now();
    CHECK(writer_->commit(version_, at(1), 1, 0) == counter::commit_result::ok);
    return {steady_clock::now() - begin, writer_->sync_time()};
  }

private:
  std::unique_ptr<counter::ledger_writer> writer_;
  unsigned shard_;
  std::uint64_t version_ = 0;
};

}  // namespace

TEST_CASE("sync_time() is what a commit waits for the disk to sync, and nothing else") {
  const temporary_directory root;
  const auto disk = std::make_shared<slow_file_system>();
  auto settings = small(root.path() / "data");
  settings.file_system = disk;
  storage::rocks_ledger ledger{settings};
  committer shard{ledger, 0};
  shard.commit();
  disk->sync = 50ms;
  for (int i = 0; i < 3; ++i) {
    const auto [took, synced] = shard.commit();
    CHECK(synced >= 50ms);
    CHECK(synced <= took);
  }
  disk->write = 100ms;
  for (int i = 0; i < 3; ++i) {
    const auto [took, synced] = shard.commit();
    CHECK(synced >= 50ms);
    CHECK(took - synced >= 100ms);
  }
}

TEST_CASE("sync_time() is 0 where syncs at intervals go on beside commits") {
  const temporary_directory root;
  const auto disk = std::make_shared<slow_file_system>();
  auto settings = small(root.path() / "data");
  settings.file_system = disk;
  settings.durability = {counter::durability::sync::interval, 1ms};
  storage::rocks_ledger ledger{settings};
  committer shard{ledger, 0};
  disk->sync = 20ms;
  for (int i = 0; i < 50; ++i) {
    CHECK(shard.commit().synced == 0ns);
    std::this_thread::sleep_for(2ms);
  }
}

TEST_CASE("sync_time() counts the syncs of other shards for which a commit waits") {
  constexpr unsigned shards = 4;
  const temporary_directory root;
  const auto disk = std::make_shared<slow_file_system>();
  auto settings = small(root.path() / "data");
  settings.file_system = disk;
  storage::rocks_ledger ledger{settings};
  std::vector<committer> committers;
  for (unsigned shard = 0; shard < shards; ++shard)
    committers.emplace_back(ledger, shard);
  disk->sync = 50ms;
  std::vector<timed_commit> sums(shards, timed_commit{});
  std::vector<std::thread> threads;
  for (unsigned shard = 0; shard < shards; ++shard)
    threads.emplace_back([&, shard] {
      for (int i = 0; i < 10; ++i) {
        const auto [took, synced] = committers[shard].commit();
        CHECK(synced >= 50ms);
        CHECK(synced <= took);
        sums[shard].took += took;
        sums[shard].synced += synced;
      }
    });
  for (auto& thread : threads)
    thread.join();
  // They wait for each other's, so most take longer than their own.
  for (const auto& [took, synced] : sums)
    CHECK(took - synced < took / 2);
}

TEST_CASE("sync_clock counts what two syncs share once, and one that is under way") {
  storage::sync_clock clock;
  CHECK(clock.reading() == 0ns);
  const auto begin = steady_clock::now();
  {
    const storage::sync_clock::scope first{clock}, second{clock};
    std::this_thread::sleep_for(10ms);
    const auto reading = clock.reading();
    CHECK(reading >= 10ms);
    CHECK(reading <= steady_clock::now() - begin);
  }
  const auto ended = clock.reading();
  CHECK(ended <= steady_clock::now() - begin);
  std::this_thread::sleep_for(2ms);
  CHECK(clock.reading() == ended);
}
