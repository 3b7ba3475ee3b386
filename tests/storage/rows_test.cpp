#include "storage/rocksdb/rows.hpp"

#include "tests/storage/support/test_disk.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using counter::due_entry;
using counter::idempotency_record;
using counter::state;
using storage::decode;
using storage::shard_row;
using storage_tests::at;

namespace {

constexpr auto least = std::numeric_limits<std::int64_t>::min();
constexpr auto greatest = std::numeric_limits<std::int64_t>::max();
constexpr auto greatest_version = std::numeric_limits<std::uint64_t>::max();

template <class Value>
std::string encoded(const Value& value) {
  std::string bytes = "to be replaced";
  storage::encode(bytes, value);
  return bytes;
}

/// Checks that decode() returns what encode() got, and refuses shorter and longer bytes.
template <class Value>
void check_round_trip(const Value& value) {
  const auto bytes = encoded(value);
  Value found;
  REQUIRE(decode(bytes, found));
  CHECK(found == value);
  CHECK_FALSE(decode(bytes + '\0', found));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    // A state without its last bytes is one without expiry; RocksDB's checksums see that.
    if (decode(std::string_view{bytes}.substr(0, size), found))
      CHECK(size == 16);
  }
}

std::vector<idempotency_record> idempotency_records() {
  std::vector<idempotency_record> all;
  all.push_back({});
  all.push_back({{.operation = counter::operation::add,
                  .operand = least,
                  .initial = greatest,
                  .create = false,
                  .min = least,
                  .max = greatest,
                  .on_limit = counter::on_limit::clamp,
                  .ttl = std::chrono::seconds{1},
                  .ttl_mode = counter::ttl_mode::persist},
                 {counter::outcome::ok, false, state{1, 2, at(3)}, state{least, 5, at(6)}},
                 at(greatest)});
  all.push_back({{.operation = counter::operation::remove},
                 {counter::outcome::ok, false, state{1, 2}, std::nullopt},
                 at(-1)});
  all.push_back({{.operation = counter::operation::remove},
                 {counter::outcome::ok, false, state{1, 2}, std::nullopt, greatest_version},
                 at(-1)});
  for (const auto refusal :
       {counter::outcome::not_found, counter::outcome::overflow, counter::outcome::limit_reached,
        counter::outcome::precondition_failed})
    all.push_back({{.operation = counter::operation::add, .operand = 1},
                   {refusal, false, state{1, 2, at(3)}, state{1, 2, at(3)}},
                   at(4)});
  all.push_back({{.operation = counter::operation::bind, .operand = least}, {}, at(1)});
  all.push_back({{.operation = counter::operation::set, .operand = -1, .max = 0},
                 {counter::outcome::ok, false, std::nullopt, state{-1, 9, at(0)}},
                 at(7)});
  return all;
}

}  // namespace

TEST_CASE("decode() returns the counter that encode() got") {
  for (const auto& one :
       {state{0, 0}, state{1, 2}, state{least, greatest_version}, state{greatest, 1, at(0)},
        state{-1, 1, at(greatest)}, state{-1, 1, at(least)}})
    check_round_trip(one);
  CHECK(encoded(state{1, 0x0203}) == std::string("\x03\x02\0\0\0\0\0\0\x01\0\0\0\0\0\0\0", 16));
}

TEST_CASE("decode() returns the shard row that encode() got") {
  check_round_trip(shard_row{});
  check_round_trip(shard_row{greatest_version, at(-5), least, greatest});
}

TEST_CASE("decode() returns the idempotency record that encode() got") {
  for (const auto& one : idempotency_records())
    check_round_trip(one);
}

TEST_CASE("decode() refuses unknown flags and enumerators") {
  idempotency_record found;
  for (const auto& one : idempotency_records()) {
    const auto bytes = encoded(one);
    for (std::size_t at = 0; at < 5; ++at)
      for (int bit = 0; bit < 8; ++bit) {
        auto changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 1 << bit);
        CAPTURE(at);
        CAPTURE(bit);
        // A known flag makes a different record.
        if (decode(changed, found))
          CHECK_FALSE(found == one);
      }
  }
}

TEST_CASE("decode() returns the idempotency record of a program that stored no outcome") {
  idempotency_record found;
  REQUIRE(decode(encoded(idempotency_records()[1]), found));
  CHECK(found.reply.outcome == counter::outcome::ok);
  // The record with a refusal is the same and a byte more.
  auto refused = idempotency_records()[1];
  refused.reply.outcome = counter::outcome::limit_reached;
  const auto bytes = encoded(refused);
  CHECK(bytes.size() == encoded(idempotency_records()[1]).size() + 1);
  for (int outcome = 0; outcome < 256; ++outcome) {
    auto changed = bytes;
    changed.back() = static_cast<char>(outcome);
    CAPTURE(outcome);
    CHECK(decode(changed, found) == (outcome >= 1 && outcome <= 4));
  }
}

TEST_CASE("decode() accepts only bytes that encode() would write") {
  std::mt19937_64 random{1};
  for (int round = 0; round < 100'000; ++round) {
    std::string bytes(random() % 100, '\0');
    for (auto& byte : bytes)
      byte = static_cast<char>(random() % 4 == 0 ? random() : random() % 4);
    if (idempotency_record found; decode(bytes, found))
      CHECK(encoded(found) == bytes);
    if (state found; decode(bytes, found))
      CHECK(encoded(found) == bytes);
    if (shard_row found; decode(bytes, found))
      CHECK(encoded(found) == bytes);
  }
}

TEST_CASE("each decoder of keys accepts its own kind and no other") {
  std::string key;
  std::string_view id;
  due_entry due;
  std::uint32_t shard = 0;

  storage::counter_key(key, "\xc3\xa9");
  CHECK(storage::decode_counter_key(key, id));
  CHECK(id == "\xc3\xa9");
  CHECK_FALSE(storage::decode_idempotency_record_key(key, id));
  CHECK_FALSE(storage::decode_due_key(key, due));
  CHECK_FALSE(storage::decode_shard_key(key, shard));

  const std::string idempotency_id("a\0key\0\x01\xff", 8);
  storage::idempotency_record_key(key, idempotency_id);
  CHECK(storage::decode_idempotency_record_key(key, id));
  CHECK(id == idempotency_id);
  CHECK_FALSE(storage::decode_counter_key(key, id));

  storage::due_key(key, due_entry::kind_type::idempotency_record, idempotency_id, at(-7));
  CHECK(storage::decode_due_key(key, due));
  CHECK(due == due_entry{due_entry::kind_type::idempotency_record, idempotency_id, at(-7)});
  key[9] = 2;
  CHECK_FALSE(storage::decode_due_key(key, due));

  storage::shard_key(key, 0xfffefdfc);
  CHECK(storage::decode_shard_key(key, shard));
  CHECK(shard == 0xfffefdfc);
  CHECK_FALSE(storage::decode_shard_key(key + "x", shard));

  for (const std::string bad :
       {"", "c", "r", "d", "s", "x", "cab\ncd", "d12345678", "d12345678\0", "c\xff", "ds"}) {
    CAPTURE(bad);
    CHECK_FALSE(storage::decode_counter_key(bad, id));
    CHECK_FALSE(storage::decode_idempotency_record_key(bad, id));
    CHECK_FALSE(storage::decode_due_key(bad, due));
    CHECK_FALSE(storage::decode_shard_key(bad, shard));
  }
  CHECK_FALSE(storage::decode_counter_key("c" + std::string(257, 'a'), id));
  CHECK(storage::decode_counter_key("c" + std::string(256, 'a'), id));
  CHECK_FALSE(storage::decode_idempotency_record_key("r" + std::string(516, 'a'), id));
}

TEST_CASE("due_key() orders keys by time") {
  std::vector<std::string> keys;
  for (const auto time : {least, std::int64_t{-256}, std::int64_t{-1}, std::int64_t{0},
                          std::int64_t{1}, std::int64_t{255}, std::int64_t{256}, greatest})
    storage::due_key(keys.emplace_back(), due_entry::kind_type::counter, "a", at(time));
  CHECK(std::is_sorted(keys.begin(), keys.end()));
  std::string bound;
  storage::due_bound(bound, at(1));
  CHECK(bound > keys[3]);
  CHECK(bound < keys[4]);
}

TEST_CASE("end_of() increments the last byte that it can") {
  CHECK(storage::end_of("c") == "d");
  CHECK(storage::end_of("cab") == "cac");
  CHECK(storage::end_of("ca\xff\xff") == "cb");
  CHECK(storage::end_of("c\x7f") == "c\x80");
  CHECK(storage::end_of("c\xff") == "d");
}
