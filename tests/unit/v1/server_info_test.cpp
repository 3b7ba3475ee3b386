#include "http/api/v1/server_info.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

using http::v1::server_info;
using policy = enum counter::durability::sync;
using namespace std::chrono_literals;

namespace {

server_info with(const counter::store_traits& store) {
  return {"1.2.3", 2, {}, store};
}

}  // namespace

TEST_CASE("server_info describes the store, its durability and the limits") {
  struct {
    counter::durability durability;
    std::string_view name, store, told;
  } const cases[] = {
      {{}, "memory", "\"memory\"", R"({"sync":"none"})"},
      // Only `interval` has an interval.
      {{policy::none, 100ms}, "memory", "\"memory\"", R"({"sync":"none"})"},
      {{policy::always}, "rocksdb", "\"rocksdb\"", R"({"sync":"always"})"},
      {{policy::always, 100ms}, "other", "\"other\"", R"({"sync":"always"})"},
      {{policy::interval, 1ms}, "rocksdb", "\"rocksdb\"", R"({"sync":"interval","interval_ms":1})"},
      {{policy::interval, 60s},
       "rocksdb",
       "\"rocksdb\"",
       R"({"sync":"interval","interval_ms":60000})"},
  };
  for (const auto& [durability, name, store, told] : cases) {
    counter::store_traits traits;
    traits.name = name;
    traits.shards = 3;
    traits.durability = durability;
    const auto info = with(traits).describe(false);
    CAPTURE(info);
    CHECK(unit::member(info, "store") == store);
    CHECK(unit::member(info, "durability") == told);
    CHECK(unit::member(info, "shards") == "3");
    CHECK(info.ends_with("}\n"));
  }
}

TEST_CASE("server_info has the traits of its store") {
  const auto made = with({.name = "other", .has_backups = true});
  CHECK(made.store.name == "other");
  CHECK(made.store.has_backups);
  CHECK_FALSE(server_info{}.store.has_backups);
}

TEST_CASE("server_info::describe() returns the usage of the moment, beside the limits") {
  counter::usage now;
  const server_info info{"1.2.3", 2, {}, {}, [&now] { return now; }};
  const auto usage = [&] { return unit::member(info.describe(false), "usage"); };
  CHECK(usage() == R"({"counters":0,"idempotency_records":0})");
  now = {UINT64_MAX, 7};
  CHECK(usage() == R"({"counters":18446744073709551615,"idempotency_records":7})");
  CHECK(unit::member(with({}).describe(false), "usage") ==
        R"({"counters":0,"idempotency_records":0})");
}

TEST_CASE("server_info rounds the maximum of Idempotency-Key-TTL up to a second, as it shows it") {
  struct {
    std::chrono::milliseconds ttl;
    std::chrono::seconds max;
  } const cases[] = {{1ms, 1s}, {1s, 1s}, {1'001ms, 2s}, {24h, 86'400s}};
  for (const auto& [ttl, max] : cases) {
    const server_info info{"1.2.3", 2, {.idempotency_ttl = ttl}, {}};
    CHECK(info.idempotency_ttl_max == max);
    const auto limits = unit::member(info.describe(false), "limits");
    CHECK(unit::member(limits, "idempotency_ttl_seconds") == std::to_string(max.count()));
  }
}
