#include "storage/rocksdb/write_buffer.hpp"

#include "storage/rocksdb/rocks_ledger.hpp"
#include "storage/rocksdb/rows.hpp"
#include "tests/storage/support/test_disk.hpp"
#include "tests/unit/seed.hpp"

#include <rocksdb/write_batch.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using counter::state;
using storage::write_buffer;
using namespace storage_tests;

namespace {

constexpr counter::siphash_key hash_key{1, 2};

std::string changes_of(const std::vector<std::pair<std::string, std::optional<state>>>& changes) {
  std::string bytes;
  for (const auto& [name, after] : changes)
    storage::append_change(bytes, name, after);
  return bytes;
}

std::string row_of(const state& state) {
  std::string row;
  storage::encode(row, state);
  return row;
}

/// The rows that batches have made, and the 'g' rows that they have deleted.
class stored_rows final : public rocksdb::WriteBatch::Handler {
public:
  std::map<std::string, std::string> counters;
  std::set<std::uint64_t> deleted_rows;

  rocksdb::Status PutCF(std::uint32_t /*family*/, const rocksdb::Slice& key,
                        const rocksdb::Slice& value) override {
    std::string_view name;
    REQUIRE(storage::decode_counter_key(key.ToStringView(), name));
    counters[std::string{name}] = value.ToString();
    return {};
  }
  rocksdb::Status DeleteCF(std::uint32_t /*family*/, const rocksdb::Slice& key) override {
    std::string_view name;
    REQUIRE(storage::decode_counter_key(key.ToStringView(), name));
    counters.erase(std::string{name});
    return {};
  }
  rocksdb::Status SingleDeleteCF(std::uint32_t /*family*/, const rocksdb::Slice& key) override {
    std::uint64_t number = 0;
    REQUIRE(storage::decode_changes_key(key.ToStringView(), number));
    CHECK(deleted_rows.insert(number).second);
    return {};
  }
};

std::string random_name(std::mt19937_64& random) {
  static const std::vector<std::string> names{"a",  "a/", "a/1", "a/2",      "a0",
                                              "aa", "b",  "b/1", "\xc3\xa9", "z"};
  return names[random() % names.size()];
}

std::optional<state> random_state(std::mt19937_64& random) {
  if (random() % 4 == 0)
    return std::nullopt;
  state made{static_cast<std::int64_t>(random()), random(), std::nullopt};
  if (random() % 2 == 0)
    made.expires_at = at(static_cast<std::int64_t>(1 + random() % 1'000'000));
  return made;
}

}  // namespace

TEST_CASE("are_changes() accepts what append_change() writes, and nothing shorter or wrong") {
  const auto bytes = changes_of(
      {{"a", counted(1, 2)}, {"b", std::nullopt}, {std::string(255, 'n'), counted(-3, 4, at(5))}});
  REQUIRE(storage::are_changes(bytes));
  CHECK(storage::are_changes({}));
  std::vector<std::pair<std::string, std::string>> found;
  storage::for_each_change(bytes, [&](const char* /*begin*/, const storage::change& change) {
    found.emplace_back(change.name, change.row);
  });
  CHECK(found == std::vector<std::pair<std::string, std::string>>{
                     {"a", row_of(counted(1, 2))},
                     {"b", ""},
                     {std::string(255, 'n'), row_of(counted(-3, 4, at(5)))}});
  std::set<std::size_t> ends{0};
  storage::for_each_change(bytes, [&](const char* /*begin*/, const storage::change& change) {
    ends.insert(static_cast<std::size_t>(change.row.data() + change.row.size() - bytes.data()));
  });
  for (std::size_t size = 0; size <= bytes.size(); ++size)
    CHECK(storage::are_changes(std::string_view{bytes}.substr(0, size)) == ends.contains(size));
  auto wrong = changes_of({{"a", counted(1, 2)}});
  wrong[2] = 15;
  CHECK_FALSE(storage::are_changes(std::string_view{wrong}.substr(0, wrong.size() - 1)));
  CHECK_FALSE(storage::are_changes(changes_of({{"", counted(1, 2)}})));
}

TEST_CASE("write_buffer and rows together have the latest changes, merged or not") {
  std::mt19937_64 random{unit::chosen_seed()};
  write_buffer newer{hash_key, 1'000};
  stored_rows stored;
  std::map<std::string, std::string> model;
  std::uint64_t number = 0;
  for (int step = 0; step < 3'000; ++step) {
    std::string changes;
    for (auto count = 1 + random() % 6; count > 0; --count) {
      const auto name = random_name(random);
      const auto after = random_state(random);
      storage::append_change(changes, name, after);
      if (after)
        model[name] = row_of(*after);
      else
        model.erase(name);
    }
    newer.add(++number, changes);
    if (random() % 3 == 0) {
      const auto bytes_max = random() % 1'000;
      rocksdb::WriteBatch batch;
      const auto merged = newer.merge(batch, bytes_max);
      REQUIRE(batch.Iterate(&stored).ok());
      newer.drop(merged);
    }
    auto found = stored.counters;
    newer.for_each([&](const storage::change& change) {
      if (change.row.empty())
        found.erase(std::string{change.name});
      else
        found[std::string{change.name}] = change.row;
      std::string_view row;
      REQUIRE(newer.find(change.name, row));
      CHECK(row == change.row);
    });
    REQUIRE(found == model);
  }
  while (newer.bytes() > 0) {
    rocksdb::WriteBatch batch;
    newer.drop(newer.merge(batch, 0));
    REQUIRE(batch.Iterate(&stored).ok());
  }
  CHECK(stored.counters == model);
  CHECK(stored.deleted_rows.size() == number);
  std::string_view row;
  CHECK_FALSE(newer.find("a", row));
}

TEST_CASE("merge() merges little at once, and comes down to its limit") {
  write_buffer newer{hash_key, 0};
  std::uint64_t number = 0;
  for (; number < 1'000; ++number)
    newer.restore(number,
                  changes_of({{std::string(200, 'n') + std::to_string(number), counted(1, 1)}}));
  std::size_t merged_at_once = 0;
  int groups = 0;
  for (const std::size_t bytes_max = 20'000; newer.bytes() > bytes_max; ++groups) {
    newer.add(++number, changes_of({{"a", counted(1, number)}}));
    rocksdb::WriteBatch batch;
    const auto merged = newer.merge(batch, bytes_max);
    merged_at_once = std::max(merged_at_once, batch.GetDataSize());
    newer.drop(merged);
    REQUIRE(groups < 100);
  }
  CHECK(groups > 10);
  CHECK(merged_at_once < 40'000);
}

TEST_CASE("merge() by one of eight groups keeps up with all") {
  write_buffer newer{hash_key, 0};
  std::uint64_t number = 0;
  const auto add = [&] {
    newer.add(++number, changes_of({{std::to_string(number), counted(1, number)}}));
  };
  for (int group = 0; group < 3'000; ++group) {
    rocksdb::WriteBatch batch;
    const auto merged = newer.merge(batch, 5'000);
    for (int others = 0; others < 7; ++others)
      add();
    newer.drop(merged);
    add();
  }
  CHECK(newer.bytes() < 7'000);
}

TEST_CASE("list() returns the first changes in order of their names") {
  std::mt19937_64 random{unit::chosen_seed()};
  write_buffer newer{hash_key, 1'000};
  std::map<std::string, std::string> model;
  bool is_ordered = false;
  for (std::uint64_t number = 0; number < 2'000 || !is_ordered; ++number) {
    const auto name = random_name(random) + std::to_string(random() % 50);
    const auto after = random_state(random);
    newer.add(number, changes_of({{name, after}}));
    model[name] = after ? row_of(*after) : "";
    // While order() sorts names, others are added and dropped.
    if (number > 500 && random() % 3 == 0)
      is_ordered = newer.order(1 + random() % 5);
    if (random() % 50 == 0) {
      rocksdb::WriteBatch batch;
      newer.drop(newer.merge(batch, newer.bytes() - newer.bytes() / 8));
      model.clear();
      newer.for_each([&](const storage::change& change) {
        model[std::string{change.name}] = std::string{change.row};
      });
    }
  }
  for (const auto* prefix : {"", "a", "a/", "b/1", "x"})
    for (const auto* after : {"", "a", "a/1", "a/13", "b", "zz"})
      for (const std::size_t max : {0, 1, 2, 7, 50, 1'000}) {
        std::vector<std::pair<std::string, std::string>> expected, found;
        for (const auto& [name, row] : model)
          if (expected.size() < max && name > after && name.starts_with(prefix))
            expected.emplace_back(name, row);
        for (auto& [name, row] : newer.list(prefix, after, max))
          found.emplace_back(std::move(name), std::move(row));
        CHECK(found == expected);
      }
}

TEST_CASE("a ledger reads the same, however much of its changes is merged") {
  std::mt19937_64 random{unit::chosen_seed()};
  temporary_directory root;
  std::map<std::string, state> model;
  std::uint64_t version = 0;
  for (const std::size_t bytes : {0, 150, 1'000, 1 << 20, 300, 0}) {
    CAPTURE(bytes);
    auto settings = small(root.path());
    settings.write_buffer = bytes;
    storage::rocks_ledger ledger{settings};
    CHECK(ledger.summary().counters == model.size());
    const auto writer = ledger.open_writer(0);
    for (int group = 0; group < 60; ++group) {
      auto after = model;
      for (auto count = 1 + random() % 4; count > 0; --count) {
        const auto name = random_name(random) + std::to_string(random() % 3);
        const auto found = model.find(name);
        auto made = random_state(random);
        if (made)
          made->version = ++version;
        writer->put(name, found == model.end() ? std::nullopt : std::optional{found->second}, made);
        if (made)
          after[name] = *made;
        else
          after.erase(name);
      }
      const auto growth =
          static_cast<std::int64_t>(after.size()) - static_cast<std::int64_t>(model.size());
      REQUIRE(writer->commit(version, at(0), growth, 0) == counter::commit_result::ok);
      model = after;

      const std::string names[] = {random_name(random) + "0", random_name(random) + "1", "none"};
      const std::string_view asked[] = {names[0], names[1], names[2]};
      std::optional<state> found[3];
      REQUIRE(ledger.read(asked, found) == counter::outcome::ok);
      for (std::size_t i = 0; i < 3; ++i) {
        const auto expected = model.find(names[i]);
        CHECK(found[i] ==
              (expected == model.end() ? std::nullopt : std::optional{expected->second}));
      }

      // Page by page, in few steps each.
      const auto prefix = random() % 2 == 0 ? std::string{} : random_name(random);
      std::map<std::string, state> listed, expected;
      for (const auto& [name, one] : model)
        if (name.starts_with(prefix))
          expected.emplace(name, one);
      counter::page page;
      do {
        const auto limit = 1 + random() % 5;
        page = ledger.list({.prefix = prefix, .after = page.reached, .limit = limit}, at(0),
                           1 + random() % 5);
        REQUIRE(page.outcome == counter::outcome::ok);
        CHECK(page.counters.size() <= limit);
        for (const auto& one : page.counters)
          CHECK(listed.emplace(one.name, one.state).second);
      } while (!page.is_last);
      REQUIRE(listed == expected);
    }
  }
}

TEST_CASE("write_buffer::bytes() bounds the number of changes, however short their names are") {
  write_buffer buffer{hash_key, 0};
  std::vector<std::pair<std::string, std::optional<state>>> deletions;
  for (int i = 0; i < 100; ++i)
    deletions.emplace_back(std::to_string(i), std::nullopt);
  buffer.add(0, changes_of(deletions));
  CHECK(buffer.bytes() >= 100 * 40);
}
