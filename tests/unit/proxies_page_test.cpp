#include "tests/paths.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

TEST_CASE("docs/PROXIES.md shows each file in docs/proxies as it is") {
  const std::filesystem::path docs{COUNTERD_SOURCE_DIR "/docs"};
  const auto page = text_of(docs / "PROXIES.md");
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator{docs / "proxies"}) {
    CAPTURE(entry.path());
    CHECK(page.find("\n" + text_of(entry.path()) + "```\n") != page.npos);
    ++files;
  }
  CHECK(files == 4);
}
