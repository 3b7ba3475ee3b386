#include "config/shard_advice.hpp"

#include <doctest/doctest.h>

#include <optional>

using config::better_shards;

TEST_CASE("better_shards() returns a number if there are more than four busy loops for a shard") {
  CHECK(better_shards(1, 1, 64) == std::nullopt);
  CHECK(better_shards(1, 4, 64) == std::nullopt);
  CHECK(better_shards(1, 5, 64) == 2);
  CHECK(better_shards(1, 63, 64) == 31);
  CHECK(better_shards(2, 8, 64) == std::nullopt);
  CHECK(better_shards(2, 9, 64) == 4);
  CHECK(better_shards(31, 63, 64) == std::nullopt);
}

TEST_CASE("better_shards() counts no more loops than there are processors") {
  CHECK(better_shards(1, 64, 4) == std::nullopt);
  CHECK(better_shards(1, 64, 8) == 4);
}
