// The listener and the logger that RocksDB calls on any thread, and what they call, on threads of
// the tests: file_layers_storm_test.cpp says why.

#include "storage/rocksdb/disk_health.hpp"
#include "storage/rocksdb/live_database.hpp"
#include "storage/rocksdb/throttled_log.hpp"
#include "tests/storage/support/storm.hpp"
#include "tests/storage/support/test_disk.hpp"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/listener.h>

#include <doctest/doctest.h>

#include <spdlog/sinks/sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <cstdarg>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

using namespace storage_tests;
using counter::health;
using rocksdb::IOStatus;
using rocksdb::Status;

namespace {

constexpr int rounds = 1'000;

/// Counts the program's log lines that are exactly `text`, for as long as it exists. Has no lock,
/// so that it does not order the threads that log.
class line_count {
public:
  explicit line_count(std::string text)
      : counter_(std::make_shared<counter>(std::move(text))),
        before_(spdlog::default_logger()) {
    auto logger = std::make_shared<spdlog::logger>("", counter_);
    logger->set_level(spdlog::level::warn);
    spdlog::set_default_logger(std::move(logger));
  }
  ~line_count() { spdlog::set_default_logger(before_); }
  line_count(const line_count&) = delete;
  line_count& operator=(const line_count&) = delete;

  int lines() const { return counter_->whole.load(); }

private:
  struct counter final : spdlog::sinks::sink {
    explicit counter(std::string text) : expected(std::move(text)) {}
    void log(const spdlog::details::log_msg& line) override {
      if (std::string_view{line.payload.data(), line.payload.size()} == expected)
        whole.fetch_add(1, std::memory_order_relaxed);
    }
    void flush() override {}
    void set_pattern(const std::string& /*pattern*/) override {}
    void set_formatter(std::unique_ptr<spdlog::formatter> /*formatter*/) override {}

    const std::string expected;
    std::atomic<int> whole = 0;
  };

  std::shared_ptr<counter> counter_;
  std::shared_ptr<spdlog::logger> before_;
};

/// Logs as RocksDB does.
[[gnu::format(printf, 3, 4)]] void log(rocksdb::Logger& logger, rocksdb::InfoLogLevel level,
                                       const char* format, ...) {
  std::va_list arguments;
  va_start(arguments, format);
  logger.Logv(level, format, arguments);
  va_end(arguments);
}

/// A ledger's database, and what RocksDB has been given to call.
struct open_database {
  open_database() {
    std::unique_ptr<rocksdb::DB> opened;
    REQUIRE(database.opener().open(storage::database_opener::access::create, opened).ok());
    options = opened->GetDBOptions();
    REQUIRE(options.listeners.size() == 1);
    database.adopt(std::move(opened));
  }

  storage::settings settings() {
    auto settings = small(root.path());
    settings.file_system = storage::default_file_system();
    settings.on_failure = [this] { ++failures; };
    return settings;
  }
  /// Reports an error as RocksDB does when a flush has failed.
  void fail(Status status) {
    auto& listener = *options.listeners.front();
    bool recovers = true;
    listener.OnBackgroundError(rocksdb::BackgroundErrorReason::kFlush, &status);
    listener.OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason::kFlush, status, &recovers);
    if (recovers)
      ++recoveries;
  }

  temporary_directory root;
  int failures = 0;  // not atomic: on_failure is called once
  std::atomic<int> recoveries = 0;
  storage::live_database database{root.path() / "db", settings()};
  rocksdb::DBOptions options;
};

}  // namespace

TEST_CASE("live_database takes a storm of background errors through RocksDB's listener") {
  open_database open;
  SUBCASE("a full disk") {
    storm calls{rounds};
    for (int thread = 0; thread < 3; ++thread)
      calls.add([&](int) { open.fail(IOStatus::NoSpace("by a test")); });
    calls.add([&](int) { calls.expect(open.database.health() != health::failed); });
    CHECK(calls.run() == 0);
    CHECK(open.database.health() == health::full);
    CHECK(open.failures == 0);
  }
  SUBCASE("a full disk and one that fails") {
    storm calls{rounds};
    for (int thread = 0; thread < 2; ++thread) {
      calls.add([&](int) { open.fail(IOStatus::NoSpace("by a test")); });
      calls.add([&](int) {
        open.fail(IOStatus::IOError("by a test"));
        calls.expect(open.database.health() == health::failed);
      });
      calls.add([&](int round) { open.database.acknowledge(static_cast<std::uint64_t>(round)); });
    }
    CHECK(calls.run() == 0);
    CHECK(open.database.health() == health::failed);
    CHECK(open.failures == 1);
    CHECK(open.database.acknowledged() == rounds - 1);
  }
  CHECK(open.recoveries == 0);
}

TEST_CASE("RocksDB's logger writes each line whole in a storm of lines") {
  const line_count count{"rocksdb: table 17 of shard x: bad block"};
  const open_database open;
  storm calls{rounds};
  for (int thread = 0; thread < 3; ++thread)
    calls.add([&](int) {
      log(*open.options.info_log, rocksdb::InfoLogLevel::ERROR_LEVEL,
          "table %d of shard %s:\nbad block", 17, "x");
    });
  calls.add([&](int) { log(*open.options.info_log, rocksdb::InfoLogLevel::WARN_LEVEL, "other"); });
  CHECK(calls.run() == 0);
  CHECK(count.lines() == 3 * rounds);
}

TEST_CASE("throttled_log writes at most a line a second in a storm of errors") {
  using std::chrono::steady_clock;
  const line_count count{"/data/db: cannot be read"};
  storage::throttled_log log{"/data/db"};
  const auto begin = steady_clock::now();
  storm calls{rounds};
  for (int thread = 0; thread < 4; ++thread)
    calls.add([&](int) { log.error("cannot be read"); });
  CHECK(calls.run() == 0);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(steady_clock::now() - begin);
  CHECK(count.lines() >= 1);
  CHECK(count.lines() <= 1 + seconds.count());
}

TEST_CASE("disk_health fills and heals in a storm of reports, and once it has failed stays so") {
  int failures = 0;  // not atomic: on_failure is called once
  storage::disk_health disk{"/data/db", 1 << 20, [&] { ++failures; }};
  storm filling{rounds};
  for (int thread = 0; thread < 2; ++thread) {
    filling.add([&](int) { disk.report(IOStatus::NoSpace("by a test"), false); });
    filling.add([&](int) {
      if (disk.leave_full())
        disk.return_to_full();
    });
  }
  CHECK(filling.run() == 0);
  CHECK(disk.now() != health::failed);
  CHECK(failures == 0);

  storm failing{rounds};
  for (int thread = 0; thread < 2; ++thread) {
    failing.add([&](int) { disk.report(IOStatus::NoSpace("by a test"), false); });
    failing.add([&](int) { disk.leave_full(); });
    failing.add([&](int) { disk.return_to_full(); });
    failing.add([&](int) {
      disk.report(IOStatus::NoSpace("by a test"), true);
      failing.expect(disk.now() == health::failed);
    });
  }
  CHECK(failing.run() == 0);
  CHECK(disk.now() == health::failed);
  CHECK(failures == 1);
}
