#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct rule {
  std::string_view included;                 ///< what an include begins with
  std::vector<std::string_view> allowed_in;  ///< what a file's path begins with
};

/// Whatever no rule names may be included anywhere.
const std::vector<rule> rules = {
    {"main.", {}},
    {"actors/", {"main.cpp", "actors/"}},
    {"http/", {"main.cpp", "http/"}},
    {"config/", {"main.cpp", "config/"}},
    {"storage/", {"main.cpp", "storage/"}},
    {"counter/", {"main.cpp", "actors/", "http/", "config/", "storage/", "counter/"}},
    {"tests/", {}},
    {"caf/", {"actors/"}},
    {"boost/asio", {"http/"}},
    {"boost/beast", {"http/request_parser."}},
    {"boost/json", {"http/v1/"}},
    {"boost/url", {"http/target.", "http/percent."}},
    {"CLI/", {"config/"}},
    {"rocksdb/", {"storage/"}},
};

constexpr std::string_view caf_version = "CAF_VERSION";
constexpr std::string_view caf_version_home = "actors/caf_compat.hpp";

bool is_allowed(std::string_view file, std::string_view included) {
  return std::all_of(rules.begin(), rules.end(), [&](const rule& rule) {
    return !included.starts_with(rule.included) ||
           std::any_of(rule.allowed_in.begin(), rule.allowed_in.end(),
                       [&](std::string_view place) { return file.starts_with(place); });
  });
}

/// What a line includes, with either kind of brackets.
std::optional<std::string_view> include_of(std::string_view line) {
  auto skip = [&line](std::string_view token) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    const bool is_there = line.starts_with(token);
    line.remove_prefix(is_there ? token.size() : 0);
    return is_there;
  };
  if (!skip("#") || !skip("include") || (!skip("<") && !skip("\"")))
    return std::nullopt;
  return line.substr(0, line.find_first_of(">\""));
}

/// Paths of the sources of the program, from the project root.
std::vector<std::string> source_files() {
  const fs::path root{COUNTERD_SOURCE_DIR};
  std::vector<std::string> files;
  if (fs::exists(root / "main.cpp"))
    files.push_back("main.cpp");
  for (const auto* layer : {"actors", "config", "counter", "http", "storage"}) {
    if (!fs::is_directory(root / layer))
      continue;
    for (const auto& entry : fs::recursive_directory_iterator{root / layer})
      if (entry.path().extension() == ".hpp" || entry.path().extension() == ".cpp")
        files.push_back(entry.path().lexically_relative(root).generic_string());
  }
  return files;
}

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream input{fs::path{COUNTERD_SOURCE_DIR} / file};
  std::vector<std::string> lines;
  for (std::string line; std::getline(input, line);)
    lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("the rules of the layers refuse what they are there to refuse") {
  struct {
    std::string_view file, included;
    bool is_allowed;
  } const cases[] = {
      {"main.cpp", "actors/actor_store.hpp", true},
      {"main.cpp", "http/server.hpp", true},
      {"main.cpp", "storage/rocks_ledger.hpp", true},
      {"main.cpp", "rocksdb/db.h", false},
      {"main.cpp", "caf/actor.hpp", false},
      {"main.cpp", "boost/asio/post.hpp", false},
      {"actors/actor_store.cpp", "counter/store.hpp", true},
      {"actors/actor_store.cpp", "http/server.hpp", false},
      {"actors/actor_store.cpp", "config/options.hpp", false},
      {"actors/actor_store.cpp", "boost/asio.hpp", false},
      {"actors/actor_store.cpp", "storage/rocks_ledger.hpp", false},
      {"storage/engine.cpp", "rocksdb/db.h", true},
      {"storage/rows.cpp", "counter/state.hpp", true},
      {"storage/rows.cpp", "config/options.hpp", false},
      {"storage/rows.cpp", "http/server.hpp", false},
      {"storage/rows.cpp", "caf/actor.hpp", false},
      {"http/server.hpp", "counter/store.hpp", true},
      {"http/server.hpp", "actors/actor_store.hpp", false},
      {"http/server.hpp", "config/options.hpp", false},
      {"http/server.hpp", "caf/all.hpp", false},
      {"http/pipeline.cpp", "boost/beast/http/fields.hpp", false},
      {"http/request_parser.cpp", "boost/beast/http/fields.hpp", true},
      {"http/router.cpp", "boost/url/url_view.hpp", false},
      {"http/router.cpp", "boost/url.hpp", false},
      {"http/percent.cpp", "boost/url/encode.hpp", true},
      {"http/router.cpp", "boost/json.hpp", false},
      {"http/v1/problem.cpp", "boost/json/object.hpp", true},
      {"http/target.cpp", "boost/url/url_view.hpp", true},
      {"http/router.cpp", "CLI/CLI.hpp", false},
      {"config/options.cpp", "counter/limits.hpp", true},
      {"config/options.cpp", "CLI/CLI.hpp", true},
      {"config/options.cpp", "http/server.hpp", false},
      {"counter/table.hpp", "counter/quota.hpp", true},
      {"counter/table.hpp", "boost/unordered/unordered_flat_map.hpp", true},
      {"counter/table.hpp", "string", true},
      {"counter/table.hpp", "http/status.hpp", false},
      {"counter/table.hpp", "tests/unit/support.hpp", false},
  };
  for (const auto& [file, included, expected] : cases) {
    CAPTURE(file);
    CAPTURE(included);
    CHECK(is_allowed(file, included) == expected);
  }
}

TEST_CASE("an include is seen however it is written") {
  CHECK(include_of("#include <caf/all.hpp>") == "caf/all.hpp");
  CHECK(include_of("  #  include \"http/server.hpp\"  // why") == "http/server.hpp");
  CHECK_FALSE(include_of("// #include <caf/all.hpp>"));
  CHECK_FALSE(include_of("#define include <caf/all.hpp>"));
}

TEST_CASE("every layer includes only what it may") {
  const auto files = source_files();
  // A check that finds nothing to check has found nothing out.
  for (const std::string_view place :
       {"main.cpp", "actors/", "config/", "counter/", "http/", "storage/"}) {
    CAPTURE(place);
    CHECK(std::any_of(files.begin(), files.end(),
                      [&](const auto& file) { return file.starts_with(place); }));
  }
  for (const auto& file : files) {
    int includes = 0;
    for (const auto& line : lines_of(file)) {
      if (const auto included = include_of(line)) {
        ++includes;
        CAPTURE(file);
        CAPTURE(*included);
        CHECK(is_allowed(file, *included));
      }
      if (file != caf_version_home) {
        CAPTURE(file);
        CHECK(line.find(caf_version) == line.npos);
      }
    }
    CAPTURE(file);
    CHECK_MESSAGE(includes + (file.ends_with("tsan.hpp") ? 1 : 0) > 0, "nothing was read");
  }
}
