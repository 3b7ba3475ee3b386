#include "tests/paths.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace fs = std::filesystem;

/// A room is a folder, without its sub-folders that are rooms themselves. It may
/// include itself and the rooms that are named here; all of them stand above it in
/// this list, so that no arrow points up and there is no circle.
struct room {
  std::string_view path;
  std::vector<std::string_view> may_include;
};

const std::vector<room> rooms = {
    {"metrics/", {}},
    {"counter/", {}},
    {"counter/shard/", {"metrics/", "counter/"}},
    {"counter/store/", {"counter/", "counter/shard/"}},
    {"rights/", {"counter/"}},
    {"config/", {"counter/", "rights/"}},
    {"process/", {"metrics/", "counter/"}},
    {"tokens/", {"counter/", "rights/", "config/", "process/"}},
    {"http/net/", {"counter/"}},
    {"http/protocol/", {"counter/"}},
    {"http/api/", {"metrics/", "counter/", "counter/store/", "rights/", "http/protocol/"}},
    {"http/server/",
     {"metrics/", "counter/", "counter/store/", "rights/", "http/net/", "http/protocol/",
      "http/api/"}},
    {"actors/", {"counter/", "counter/shard/", "counter/store/"}},
    {"storage/encoding/", {"counter/", "counter/shard/"}},
    {"storage/rocksdb/", {"metrics/", "counter/", "counter/shard/", "storage/encoding/"}},
    {"storage/postgres/", {"counter/", "counter/shard/", "storage/encoding/"}},
    {"service/",
     {"metrics/", "counter/", "rights/", "config/", "process/", "tokens/", "http/server/",
      "actors/", "storage/rocksdb/", "storage/postgres/"}},
    {"main.", {"config/", "process/", "tokens/", "service/"}},
    // The other program. It shares with the server what has no state.
    {"counterctl/", {}},
    {"counterctl/formats/", {"counter/"}},
    {"counterctl/output/", {}},
    {"counterctl/client/", {"counter/", "http/protocol/", "counterctl/formats/"}},
    {"counterctl/verbs/",
     {"counter/", "counterctl/", "counterctl/formats/", "counterctl/output/",
      "counterctl/client/"}},
    {"counterctl/command_line/",
     {"counter/", "counterctl/", "counterctl/formats/", "counterctl/output/", "counterctl/client/",
      "counterctl/verbs/"}},
    {"counterctl/main.", {"counterctl/", "counterctl/verbs/", "counterctl/command_line/"}},
};

/// Where a library may be named. Whatever no rule names may be included anywhere; where
/// two rules name it, the longer one holds.
struct library {
  std::string_view included;                 ///< what an include begins with
  std::vector<std::string_view> allowed_in;  ///< what a file's path begins with
};

const std::vector<library> libraries = {
    {"tests/", {}},
    {"caf/", {"actors/"}},
    {"boost/asio", {"http/net/tcp_endpoints.", "counterctl/client/"}},
    {"boost/beast", {"http/protocol/request_parser", "counterctl/client/connection."}},
    {"boost/json", {"http/api/v1/json_", "counterctl/formats/"}},
    {"boost/url",
     {"http/protocol/authority.", "http/protocol/target.", "http/protocol/percent.",
      "counterctl/client/server_address.", "counterctl/verbs/redis_source."}},
    {"boost/uuid", {"counterctl/client/client.", "counterctl/verbs/import_spool."}},
    {"hiredis/", {"counterctl/verbs/redis_source."}},
    {"boost/unordered", {"counter/shard/", "storage/rocksdb/", "rights/token_set."}},
    {"boost/crc", {"rights/token.", "storage/rocksdb/"}},
    {"openssl/", {"rights/digest.", "counterctl/client/byte_stream."}},
    {"boost/intrusive", {"http/api/live/", "http/net/", "http/server/"}},
    {"boost/smart_ptr", {"counter/store/", "http/api/live/", "http/server/"}},
    {"boost/system", {"service/ports.", "http/net/", "http/server/"}},
    {"boost/system/result.hpp", {"http/api/v1/"}},
    {"absl/", {"counter/shard/", "storage/rocksdb/"}},
    {"absl/base/thread_annotations.h", {"counter/mutex."}},
    {"spdlog/",
     {"service/", "config/", "process/", "http/server/", "storage/rocksdb/", "storage/postgres/"}},
    {"CLI/", {"config/", "counterctl/command_line/"}},
    {"rocksdb/", {"storage/rocksdb/"}},
    {"libpq", {"storage/postgres/connection.", "storage/postgres/address."}},
    {"prometheus/", {"metrics/exposition."}},
    {"zlib", {}},  // the program has what cmake/embed_files.cpp has compressed
};

/// HTTP as such knows no counters. This is all that it may include of the domain.
const std::vector<std::string_view> protocol_knows = {"counter/limits.hpp", "counter/utf8.hpp"};

constexpr std::string_view caf_version = "CAF_VERSION";
constexpr std::string_view caf_version_home = "actors/caf_compat.hpp";

/// The room that a path is in; null if none.
const room* room_of(std::string_view path) {
  const room* found = nullptr;
  for (const auto& one : rooms)
    if (path.starts_with(one.path) && (found == nullptr || one.path.size() > found->path.size()))
      found = &one;
  return found;
}

/// The rule for an include; null if none.
const library* library_of(std::string_view included) {
  const library* longest = nullptr;
  for (const auto& rule : libraries)
    if (included.starts_with(rule.included) &&
        (longest == nullptr || rule.included.size() > longest->included.size()))
      longest = &rule;
  return longest;
}

bool contains(const std::vector<std::string_view>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

bool is_allowed(std::string_view file, std::string_view included) {
  const auto* from = room_of(file);
  const auto* to = room_of(included);
  if (from != nullptr && to != nullptr && from != to) {
    if (!contains(from->may_include, to->path))
      return false;
    if (from->path == "http/protocol/" && !contains(protocol_knows, included))
      return false;
  }
  const auto* library = library_of(included);
  return library == nullptr ||
         std::any_of(library->allowed_in.begin(), library->allowed_in.end(),
                     [&](std::string_view allowed) { return file.starts_with(allowed); });
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
  for (const auto* layer : {"actors", "config", "counterctl", "metrics", "rights", "counter",
                            "http", "process", "service", "storage", "tokens"}) {
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

TEST_CASE("is_allowed() refuses an include that the rules forbid") {
  struct {
    std::string_view file, included;
    bool is_allowed;
  } const cases[] = {
      {"main.cpp", "service/run.hpp", true},
      {"main.cpp", "actors/actor_store.hpp", false},
      {"main.cpp", "spdlog/spdlog.h", false},
      {"service/counters.cpp", "actors/actor_store.hpp", true},
      {"service/run.cpp", "http/server/server.hpp", true},
      {"service/counters.cpp", "storage/rocksdb/rocks_ledger.hpp", true},
      {"service/run.cpp", "http/api/router.hpp", false},
      {"config/options.cpp", "service/run.hpp", false},
      {"main.cpp", "rocksdb/db.h", false},
      {"main.cpp", "caf/actor.hpp", false},
      {"main.cpp", "boost/asio/post.hpp", false},
      {"actors/actor_store.cpp", "counter/store/store.hpp", true},
      {"actors/actor_store.cpp", "counter/shard/ledger.hpp", true},
      {"actors/actor_store.cpp", "http/server/server.hpp", false},
      {"actors/actor_store.cpp", "config/options.hpp", false},
      {"actors/actor_store.cpp", "boost/asio.hpp", false},
      {"actors/actor_store.cpp", "storage/rocksdb/rocks_ledger.hpp", false},
      {"storage/rocksdb/database_opener.cpp", "rocksdb/db.h", true},
      {"storage/rocksdb/rows.cpp", "counter/state.hpp", true},
      {"storage/rocksdb/rows.cpp", "config/options.hpp", false},
      {"storage/rocksdb/rows.cpp", "http/server/server.hpp", false},
      {"storage/rocksdb/rows.cpp", "caf/actor.hpp", false},
      {"http/server/server.hpp", "counter/store/store.hpp", true},
      {"http/server/server.hpp", "counter/shard/placement.hpp", false},
      {"http/server/server.hpp", "actors/actor_store.hpp", false},
      {"http/server/server.hpp", "config/options.hpp", false},
      {"http/server/server.hpp", "caf/all.hpp", false},
      {"http/protocol/pipeline.cpp", "boost/beast/http/fields.hpp", false},
      {"http/protocol/request_parser.cpp", "boost/beast/http/fields.hpp", true},
      {"http/protocol/request_parser_events.cpp", "boost/beast/http/fields.hpp", true},
      {"http/api/router.cpp", "boost/url/url_view.hpp", false},
      {"http/api/router.cpp", "boost/url.hpp", false},
      {"http/protocol/percent.cpp", "boost/url/encode.hpp", true},
      {"http/protocol/request_parser.hpp", "counter/limits.hpp", true},
      {"http/protocol/request_parser.hpp", "counter/command.hpp", false},
      {"http/protocol/request_parser.hpp", "counter/store/store.hpp", false},
      {"http/protocol/response.hpp", "http/api/router.hpp", false},
      {"http/protocol/response.hpp", "http/server/session.hpp", false},
      {"http/protocol/response.hpp", "boost/asio/buffer.hpp", false},
      {"http/net/deadlines.hpp", "http/protocol/response.hpp", false},
      {"http/net/deadlines.hpp", "boost/asio/ip/tcp.hpp", false},
      {"http/net/tcp_endpoints.cpp", "boost/asio/ip/tcp.hpp", true},
      {"http/api/router.cpp", "http/server/session.hpp", false},
      {"http/api/router.cpp", "http/net/ready_set.hpp", false},
      {"http/api/router.cpp", "spdlog/spdlog.h", false},
      {"counter/limits.hpp", "counter/shard/table.hpp", false},
      {"counter/shard/table.hpp", "counter/store/store.hpp", false},
      {"counter/store/batcher.hpp", "counter/shard/batch.hpp", true},
      {"storage/rocksdb/rows.cpp", "counter/store/store.hpp", false},
      {"http/api/router.cpp", "counter/store/traits.hpp", true},
      {"http/api/router.cpp", "counter/shard/table.hpp", false},
      {"counter/name.cpp", "absl/container/btree_set.h", false},
      {"counter/mutex.hpp", "absl/base/thread_annotations.h", true},
      {"counter/mutex.hpp", "absl/synchronization/mutex.h", false},
      {"counter/shard/table.hpp", "absl/base/thread_annotations.h", false},
      {"http/server/session.cpp", "spdlog/spdlog.h", true},
      {"rights/digest.cpp", "openssl/evp.h", true},
      {"rights/token.cpp", "openssl/evp.h", false},
      {"http/api/authenticator.cpp", "openssl/evp.h", false},
      {"rights/token_file.cpp", "http/api/router.hpp", false},
      {"tokens/token_watch.cpp", "http/server/server.hpp", false},
      {"http/api/router.cpp", "boost/json.hpp", false},
      {"http/api/v1/json_reader.cpp", "boost/json/basic_parser_impl.hpp", true},
      {"http/protocol/target.cpp", "boost/url/url_view.hpp", true},
      {"http/api/router.cpp", "CLI/CLI.hpp", false},
      {"config/options.cpp", "counter/limits.hpp", true},
      {"config/options.cpp", "CLI/CLI.hpp", true},
      {"config/options.cpp", "http/server/server.hpp", false},
      {"counterctl/client/client.cpp", "counterctl/verbs/context.hpp", false},
      {"counterctl/verbs/watch.cpp", "boost/json/parse.hpp", false},
      {"counterctl/verbs/watch.cpp", "CLI/CLI.hpp", false},
      {"counterctl/client/server_address.cpp", "http/protocol/percent.hpp", true},
      {"counterctl/client/client.cpp", "http/server/server.hpp", false},
      {"counter/shard/table.hpp", "counter/shard/quota.hpp", true},
      {"counter/shard/table.hpp", "boost/unordered/unordered_flat_map.hpp", true},
      {"counter/shard/table.hpp", "string", true},
      {"counter/shard/table.hpp", "http/protocol/status.hpp", false},
      {"counter/shard/table.hpp", "tests/unit/support.hpp", false},
  };
  for (const auto& [file, included, expected] : cases) {
    CAPTURE(file);
    CAPTURE(included);
    CHECK(is_allowed(file, included) == expected);
  }
}

TEST_CASE("include_of() sees an include however it is written") {
  CHECK(include_of("#include <caf/all.hpp>") == "caf/all.hpp");
  CHECK(include_of("  #  include \"http/server/server.hpp\"  // why") == "http/server/server.hpp");
  CHECK_FALSE(include_of("// #include <caf/all.hpp>"));
  CHECK_FALSE(include_of("#define include <caf/all.hpp>"));
}

TEST_CASE("each room may include only rooms that stand above it in the list") {
  for (std::size_t i = 0; i < rooms.size(); ++i) {
    CAPTURE(rooms[i].path);
    for (const auto path : rooms[i].may_include) {
      CAPTURE(path);
      CHECK(std::any_of(rooms.begin(), rooms.begin() + static_cast<std::ptrdiff_t>(i),
                        [&](const room& one) { return one.path == path; }));
    }
  }
}

TEST_CASE("no header includes itself, directly or through others") {
  std::map<std::string, std::vector<std::string>> includes;
  for (const auto& file : source_files())
    for (const auto& line : lines_of(file))
      if (const auto included = include_of(line))
        includes[file].emplace_back(*included);
  std::set<std::string> done;
  std::vector<std::string> path;
  std::function<void(const std::string&)> visit = [&](const std::string& file) {
    CAPTURE(file);
    REQUIRE(std::find(path.begin(), path.end(), file) == path.end());
    if (!includes.contains(file) || done.contains(file))
      return;
    path.push_back(file);
    for (const auto& included : includes[file])
      visit(included);
    path.pop_back();
    done.insert(file);
  };
  for (const auto& [file, included] : includes)
    visit(file);
  CHECK(done.size() == includes.size());
}

TEST_CASE("no file is longer than can be read in one go") {
  for (const auto& file : source_files()) {
    CAPTURE(file);
    CHECK(lines_of(file).size() <= 350);
  }
}

TEST_CASE("every file is in a room and includes only what the rules of its room allow") {
  const auto files = source_files();
  // A check that finds nothing to check has found nothing out.
  for (const auto& room : rooms) {
    CAPTURE(room.path);
    CHECK(std::any_of(files.begin(), files.end(),
                      [&](const auto& file) { return room_of(file) == &room; }));
  }
  int includes = 0;
  for (const auto& file : files) {
    CAPTURE(file);
    CHECK(room_of(file) != nullptr);
    const auto lines = lines_of(file);
    CHECK_MESSAGE(!lines.empty(), "nothing was read");
    for (const auto& line : lines) {
      if (const auto included = include_of(line)) {
        ++includes;
        CAPTURE(*included);
        CHECK(is_allowed(file, *included));
      }
      if (file != caf_version_home)
        CHECK(line.find(caf_version) == line.npos);
    }
  }
  CHECK_MESSAGE(includes > 500, "includes were not read");
}
