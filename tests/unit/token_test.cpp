#include "rights/token.hpp"
#include "rights/digest.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>

using rights::is_well_formed_token;
using rights::make_token;

TEST_CASE("make_token() returns 42 characters that is_well_formed_token() accepts, none twice") {
  std::set<std::string> tokens;
  for (int i = 0; i < 1000; ++i) {
    const auto token = make_token();
    CAPTURE(token);
    CHECK(token.size() == 42);
    CHECK(token.starts_with("ctr_"));
    CHECK(is_well_formed_token(token));
    CHECK(tokens.insert(token).second);
  }
}

TEST_CASE("make_token() favours no digit") {
  std::array<int, 256> counts{};
  constexpr int rounds = 4000;
  for (int i = 0; i < rounds; ++i)
    for (const char c : make_token().substr(4, 32))
      ++counts[static_cast<unsigned char>(c)];
  // 2065 of each on average, with a standard deviation of 45. A byte modulo 62 would make eight
  // digits a quarter more likely.
  int digits = 0;
  for (const int count : counts) {
    if (count == 0)
      continue;
    ++digits;
    CHECK(count > 1750);
    CHECK(count < 2380);
  }
  CHECK(digits == 62);
}

TEST_CASE("is_well_formed_token() refuses every change of one character") {
  // Computed by another program: the CRC-32 is that of zlib.
  const std::string token = "ctr_0123456789ABCDEFGHIJKLMNOPQRSTUV2Ukm93";
  const auto good = make_token();
  for (std::size_t i = 0; i < good.size(); ++i)
    for (const char other : {'0', 'A', 'z', '-', ' ', '\0'}) {
      auto changed = good;
      changed[i] = other;
      CAPTURE(changed);
      CHECK(is_well_formed_token(changed) == (changed == good));
    }
  for (const std::string_view bad : {"", "ctr_", "ctr", "CTR_0123456789"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_well_formed_token(bad));
  }
  CHECK_FALSE(is_well_formed_token(good + "0"));
  CHECK_FALSE(is_well_formed_token(good.substr(1)));
  CHECK_FALSE(is_well_formed_token(" " + good));
  CHECK(is_well_formed_token(token));
}

TEST_CASE("hash() computes SHA-256, also for one text after another") {
  rights::hasher hasher;
  // FIPS 180-4, the examples of NIST.
  CHECK(rights::to_hex(hasher.hash("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(rights::to_hex(hasher.hash("")) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(rights::to_hex(hasher.hash("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("parse_hex() reads what rights::to_hex() returns, in either case, and nothing else") {
  rights::hasher hasher;
  const auto digest = hasher.hash("abc");
  const auto text = rights::to_hex(digest);
  auto upper = text;
  for (auto& c : upper)
    c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c;
  REQUIRE(rights::parse_hex(text));
  CHECK(rights::is_equal(*rights::parse_hex(text), digest));
  CHECK(rights::parse_hex(upper) == digest);
  CHECK_FALSE(rights::parse_hex(text.substr(1)));
  CHECK_FALSE(rights::parse_hex(text + "0"));
  CHECK_FALSE(rights::parse_hex(""));
  auto bad = text;
  bad[63] = 'g';
  CHECK_FALSE(rights::parse_hex(bad));
  auto other = digest;
  other[31] ^= 1;
  CHECK_FALSE(rights::is_equal(other, digest));
}
