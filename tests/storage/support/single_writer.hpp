#pragma once

#include "storage/rocksdb/check.hpp"
#include "storage/rocksdb/rocks_ledger.hpp"
#include "tests/storage/support/test_disk.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace storage_tests {

/// A ledger with one shard, to which add() adds counters.
class single_writer {
public:
  explicit single_writer(storage::settings settings)
      : ledger(std::make_unique<storage::rocks_ledger>(std::move(settings))),
        writer_(ledger->open_writer(0)),
        version_(ledger->summary().version + 1) {}

  counter::commit_result add(std::size_t rows = 1) {
    for (std::size_t i = 0; i < rows; ++i, ++version_)
      writer_->put(name_of(version_), std::nullopt,
                   counted(static_cast<std::int64_t>(version_ * 0x9e3779b97f4a7c15), version_));
    const auto result = writer_->commit(version_, at(1), static_cast<std::int64_t>(rows), 0);
    if (result == counter::commit_result::ok)
      rows_ += rows;
    return result;
  }

  /// Adds one until that succeeds; the ledger opens a full disk at most once a second.
  counter::commit_result add_when_healed() {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    auto result = add();
    while (result == counter::commit_result::full && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::yield();
      result = add();
    }
    return result;
  }

  bool can_read(std::uint64_t version) {
    const auto name = name_of(version);
    const std::array<std::string_view, 1> names{name};
    std::array<std::optional<counter::state>, 1> found;
    return ledger->read(names, found) == counter::outcome::ok && found[0];
  }

  std::uint64_t rows() const { return rows_; }

  std::unique_ptr<storage::rocks_ledger> ledger;

private:
  static std::string name_of(std::uint64_t version) {
    return "a counter with some name " + std::to_string(version * 0x9e3779b97f4a7c15);
  }

  std::unique_ptr<counter::ledger_writer> writer_;
  std::uint64_t version_;
  std::uint64_t rows_ = 0;
};

inline void check_contains(const std::filesystem::path& directory, std::uint64_t counters) {
  const auto result = storage::check(directory);
  CHECK(result.counters == counters);
  for (const auto& line : result.damages)
    FAIL_CHECK(line);
}

}  // namespace storage_tests
