#include "config/size.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string_view>

TEST_CASE("parse_size() accepts bytes and powers of 1024") {
  struct {
    std::string_view text;
    std::uint64_t bytes;
  } const cases[] = {
      {"1", 1},
      {"1000", 1000},
      {"0016", 16},
      {"1K", 1024},
      {"16M", 16ull << 20},
      {"512M", 512ull << 20},
      {"4G", 4ull << 30},
      {"1T", 1ull << 40},
      {"18446744073709551615", UINT64_MAX},
      {"18014398509481983K", UINT64_MAX - 1023},
      {"16777215T", 16777215ull << 40},
  };
  for (const auto& [text, bytes] : cases) {
    CAPTURE(text);
    CHECK(config::parse_size(text) == bytes);
  }
}

TEST_CASE("parse_size() refuses 0, more than 64 bits, and malformed text") {
  for (const std::string_view text : {"",
                                      "0",
                                      "0M",
                                      "K",
                                      " 1",
                                      "1 ",
                                      "1 M",
                                      "-1",
                                      "+1",
                                      "1.5G",
                                      "1e9",
                                      "0x10",
                                      "1m",
                                      "1k",
                                      "1MB",
                                      "1MiB",
                                      "1KK",
                                      "1KM",
                                      "1P",
                                      "1,5G",
                                      "1s",
                                      "all",
                                      "18446744073709551616",
                                      "18014398509481984K",
                                      "17592186044416M",
                                      "17179869184G",
                                      "16777216T",
                                      "18446744073709551615T"}) {
    CAPTURE(text);
    CHECK_FALSE(config::parse_size(text));
  }
}

TEST_CASE("to_text() formats a size in its largest unit") {
  struct {
    std::uint64_t bytes;
    std::string_view text;
  } const cases[] = {
      {0, "0"},
      {1, "1"},
      {1023, "1023"},
      {1024, "1K"},
      {1025, "1025"},
      {1536, "1536"},
      {1ull << 20, "1M"},
      {1536ull << 10, "1536K"},
      {4ull << 30, "4G"},
      {1ull << 40, "1T"},
      {2048ull << 40, "2048T"},
      {UINT64_MAX, "18446744073709551615"},
  };
  for (const auto& [bytes, text] : cases) {
    CHECK(config::to_text(bytes) == text);
    if (bytes > 0)
      CHECK(config::parse_size(text) == bytes);
  }
}
