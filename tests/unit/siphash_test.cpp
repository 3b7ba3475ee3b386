#include "counter/siphash.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

// Every length around the eight-byte words, computed by SipHash-1-3 implementations that
// share no code with ours.

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";

/// Hashes of the first 0, 1, 2, ... letters with key 0.
constexpr std::array<std::uint64_t, 33> without_key = {
    0xd1fba762150c532c, 0x407448d2b89b1813, 0x555508cbc6add439, 0xc03bc3a0042630f2,
    0xe3d1d5fdd52aae89, 0x251f3c725bd784a2, 0x62207e654289df28, 0x6db12aae9070f506,
    0x3f7b849c0b8e35ea, 0xf89b34a3d11eb6e5, 0xf47c264806c40ff1, 0x14215fc65e2c3bd4,
    0x83275255f37565c1, 0x954aa964997ae4e6, 0xfdbd7fa99ace11da, 0x1fd27a29b0e9dc7a,
    0x94f60d3d29e6a312, 0x61c47e6da27eaccc, 0xb26bb0c0ba2d6627, 0x7ab5be5c8ae7beaa,
    0xcad1d77b2c973cd5, 0x44ece035d1e476fa, 0xb679c8ef18bea06a, 0xd9c26100b33ee39c,
    0x42acf3a099aff2dc, 0x4c771fbb675d0ec4, 0x323ccd2fd30709df, 0xd7039f4979e2fcb7,
    0x37429a4101c32e64, 0xb23d21a2da18f4ce, 0xd00983fa05838912, 0x42ef1915a7f453a0,
    0x1d2fbcb392a7784c};

/// Hashes of the first 0, 1, 2, ... bytes of 00 01 02 ... with key 00 01 ... 0f.
constexpr std::array<std::uint64_t, 33> with_key = {
    0xabac0158050fc4dc, 0xc9f49bf37d57ca93, 0x82cb9b024dc7d44d, 0x8bf80ab8e7ddf7fb,
    0xcf75576088d38328, 0xdef9d52f49533b67, 0xc50d2b50c59f22a7, 0xd3927d989bb11140,
    0x369095118d299a8e, 0x25a48eb36c063de4, 0x79de85ee92ff097f, 0x70c118c1f94dc352,
    0x78a384b157b4d9a2, 0x306f760c1229ffa7, 0x605aa111c0f95d34, 0xd320d86d2a519956,
    0xcc4fdd1a7d908b66, 0x9cf2689063dbd80c, 0x8ffc389cb473e63e, 0xf21f9de58d297d1c,
    0xc0dc2f46a6cce040, 0xb992abfe2b45f844, 0x7ffe7b9ba320872e, 0x525a0e7fdae6c123,
    0xf464aeb267349c8c, 0x45cd5928705b0979, 0x3a3e35e3ca9913a5, 0xa91dc74e4ade3b35,
    0xfb0bed02ef6cd00d, 0x88d93cb44ab1e1f4, 0x540f11d643c5e663, 0x2370dd1f8c21d1bc,
    0x81157b6c16a7b60d};

}  // namespace

TEST_CASE("siphash() with key 0 agrees with the reference for every length") {
  for (std::size_t size = 0; size < without_key.size(); ++size) {
    CAPTURE(size);
    CHECK(counter::siphash({}, letters.substr(0, size)) == without_key[size]);
  }
}

TEST_CASE("siphash() with a key agrees with the reference for every length") {
  const counter::siphash_key key{.low = 0x0706050403020100, .high = 0x0f0e0d0c0b0a0908};
  std::string bytes;
  for (std::size_t size = 0; size < with_key.size(); ++size) {
    CAPTURE(size);
    CHECK(counter::siphash(key, bytes) == with_key[size]);
    bytes += static_cast<char>(size);
  }
}

TEST_CASE("siphash() of 256 different bytes agrees with the reference") {
  const counter::siphash_key key{.low = 0x0706050403020100, .high = 0x0f0e0d0c0b0a0908};
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte)
    bytes += static_cast<char>(byte);
  CHECK(counter::siphash(key, bytes) == 0x75b3e64e167de370);
}

TEST_CASE("siphash() depends on both halves of the key") {
  const auto without = counter::siphash({}, "visits");
  CHECK(counter::siphash({.low = 1}, "visits") != without);
  CHECK(counter::siphash({.high = 1}, "visits") != without);
  CHECK(counter::siphash({.low = 1}, "visits") != counter::siphash({.high = 1}, "visits"));
}
