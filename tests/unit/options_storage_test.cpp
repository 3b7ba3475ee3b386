// The flags of storage, and `counterd check`.

#include "config/machine_memory.hpp"
#include "tests/unit/options_support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

#include <unistd.h>

using config::check_request;
using policy = enum counter::durability::sync;
using unit::accepted;
using unit::arguments;
using unit::check_refused;
using unit::config_file;
using unit::environment_variable;
using unit::parse;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t mebibyte = 1024 * 1024;

config::storage_options with_data(arguments flags) {
  flags.insert(flags.begin(), {"--data", "d"});
  return accepted(flags).storage;
}

std::string checked(const arguments& flags) {
  const auto parsed = parse(flags);
  if (const auto* refused = std::get_if<config::early_exit>(&parsed))
    FAIL(refused->text);
  REQUIRE(std::holds_alternative<check_request>(parsed));
  return std::get<check_request>(parsed).directory;
}

}  // namespace

TEST_CASE("parse_options() with --data syncs always by default") {
  const auto storage = with_data({});
  CHECK(storage.directory == unit::absolute("d"));
  CHECK(storage.durability.sync == policy::always);
  CHECK(storage.memory == std::max(config::machine_memory() / 4, 16 * mebibyte));
  CHECK(with_data({"--sync", "always"}).durability.sync == policy::always);
  const auto soon = with_data({"--sync", "interval"}).durability;
  CHECK(soon.sync == policy::interval);
  CHECK(soon.interval == 100ms);
}

TEST_CASE("parse_options() accepts --memory and --sync-interval up to both ends of their ranges") {
  CHECK(with_data({"--memory", "16M"}).memory == 16 * mebibyte);
  CHECK(with_data({"--memory", "16777216"}).memory == 16 * mebibyte);
  CHECK(with_data({"--memory", "16384K"}).memory == 16 * mebibyte);
  CHECK(with_data({"--memory", "3T"}).memory == 3 * 1024 * 1024 * mebibyte);
  auto interval = [](const std::string& time) {
    return with_data({"--sync=interval", "--sync-interval", time}).durability.interval;
  };
  CHECK(interval("1ms") == 1ms);
  CHECK(interval("60s") == 60s);
  CHECK(interval("1m") == 60s);
  CHECK(interval("2") == 2s);  // seconds, as in every duration
}

TEST_CASE("parse_options() refuses bad and contradictory storage flags with one line") {
  const arguments cases[] = {
      {"--data"},
      {"--data", ""},
      {"--data="},
      {"--data", "a\xff"},
      {"--memory", "16777215", "--data", "d"},
      {"--memory", "15M", "--data", "d"},
      {"--memory", "0", "--data", "d"},
      {"--memory", "", "--data", "d"},
      {"--memory", "1GB", "--data", "d"},
      {"--memory", "half", "--data", "d"},
      {"--memory", "99999999999999999999", "--data", "d"},
      {"--sync", "never", "--data", "d"},
      {"--sync", "none", "--data", "d"},
      {"--sync", "", "--data", "d"},
      {"--sync-interval", "0", "--sync", "interval", "--data", "d"},
      {"--sync-interval", "0ms", "--sync", "interval", "--data", "d"},
      {"--sync-interval", "60001ms", "--sync", "interval", "--data", "d"},
      {"--sync-interval", "2m", "--sync", "interval", "--data", "d"},
      {"--sync-interval", "soon", "--sync", "interval", "--data", "d"},
      // Without the flag that they refine.
      {"--sync-interval", "5ms", "--data", "d"},
      {"--sync-interval", "5ms", "--sync", "always", "--data", "d"},
      {"--sync", "always"},
      {"--sync", "interval"},
      {"--sync-interval", "5ms"},
  };
  for (const auto& flags : cases)
    check_refused(flags, flags[0].substr(0, flags[0].find('=')));
  check_refused({"--sync", "always"}, "--data");
  check_refused({"--data", "d", "--data", "e"}, "--data");
}

TEST_CASE("parse_options() without --data takes --memory for all counters") {
  const auto half = config::machine_memory() / 2;
  CHECK(accepted({}).storage.memory == std::clamp<std::uint64_t>(half, 16 * mebibyte, 3ull << 30));
  CHECK(accepted({"--memory", "64M"}).storage.memory == 64 * mebibyte);
  CHECK(accepted({"--memory", "16M", "--shards", "16"}).storage.memory == 16 * mebibyte);
  check_refused({"--memory", "16M", "--shards", "17"}, "--memory: 17 shards");
  CHECK(with_data({"--memory", "16M", "--shards", "17"}).memory == 16 * mebibyte);
  CHECK(accepted({"--shards", "1024"}).storage.memory >= 1024 * mebibyte);
  check_refused({"--memory", "15M"}, "--memory");
  const environment_variable memory{"COUNTERD_MEMORY", "32M"};
  CHECK(accepted({}).storage.memory == 32 * mebibyte);
}

TEST_CASE("parse_options() reads storage flags from the environment and the config file") {
  const config_file file{
      "data = \"/from/file\"\nmemory = \"64M\"\nsync = \"interval\"\nsync-interval = \"7ms\"\n"};
  const arguments from_file{"--config", file.path()};
  const auto given = accepted(from_file).storage;
  CHECK(given.directory == "/from/file");
  CHECK(given.memory == 64 * mebibyte);
  CHECK(given.durability.sync == policy::interval);
  CHECK(given.durability.interval == 7ms);

  const environment_variable data{"COUNTERD_DATA", "/from/environment"};
  const environment_variable memory{"COUNTERD_MEMORY", "32M"};
  const environment_variable interval{"COUNTERD_SYNC_INTERVAL", "9ms"};
  CHECK(accepted(from_file).storage.directory == "/from/environment");
  CHECK(accepted(from_file).storage.memory == 32 * mebibyte);
  CHECK(accepted(from_file).storage.durability.interval == 9ms);
  const environment_variable when{"COUNTERD_SYNC", "interval"};
  CHECK(accepted({}).storage.durability.interval == 9ms);
  CHECK(accepted({"--data", "d", "--memory", "1G"}).storage.memory == 1024 * mebibyte);
}

TEST_CASE("parse_options() names the variable or the line that needs --data") {
  {
    const environment_variable when{"COUNTERD_SYNC", "always"};
    check_refused({}, "counterd: COUNTERD_SYNC needs --data");
  }
  const environment_variable sync{"COUNTERD_SYNC_INTERVAL", "5ms"};
  check_refused({"--data", "d"}, "counterd: COUNTERD_SYNC_INTERVAL needs --sync interval");
  const config_file file{"\nsync-interval = 5ms\n"};
  check_refused({"--config", file.path()}, "COUNTERD_SYNC_INTERVAL needs --data");
  ::unsetenv("COUNTERD_SYNC_INTERVAL");
  check_refused({"--config", file.path()}, file.path() + ":2: sync-interval needs --data");
}

TEST_CASE("parse_options() refuses an empty --data in a config file") {
  const config_file file{"data = \"\"\n"};
  check_refused({"--config", file.path()}, "data");
}

TEST_CASE("parse_options() makes the directory of --data absolute, wherever it comes from") {
  CHECK(accepted({"--data", "/a/b"}).storage.directory == "/a/b");
  CHECK(accepted({"--data", "a/../b"}).storage.directory == unit::absolute("a/../b"));
  const config_file file{"data = \"from file\"\n"};
  CHECK(accepted({"--config", file.path()}).storage.directory == unit::absolute("from file"));
  const environment_variable data{"COUNTERD_DATA", "d"};
  CHECK(accepted({}).storage.directory == unit::absolute("d"));
}

TEST_CASE("parse_options() refuses a relative --data in a directory without a name in UTF-8") {
  const auto before = fs::current_path();
  const auto odd = fs::temp_directory_path() / ("counterd-\xff-" + std::to_string(::getpid()));
  fs::create_directory(odd);
  fs::current_path(odd);
  check_refused({"--data", "d"}, "UTF-8");
  CHECK(accepted({"--data", "/a"}).storage.directory == "/a");
  fs::remove(odd);
  check_refused({"--data", "d"}, "working directory");
  CHECK(accepted({"--data", "/a"}).storage.directory == "/a");
  fs::current_path(before);
}

TEST_CASE("parse_options() of check returns its directory") {
  CHECK(checked({"check", "/some/where"}) == "/some/where");
  CHECK(checked({"check", "check"}) == "check");
  CHECK(checked({"check", "a b"}) == "a b");
  CHECK(checked({"check", "--", "-d"}) == "-d");
}

TEST_CASE("parse_options() of check refuses anything but one directory") {
  check_refused({"check"}, "DIR");
  check_refused({"check", ""}, "DIR");
  check_refused({"check", " "}, "DIR");
  check_refused({"check", "a\n"}, "DIR");
  check_refused({"check", "a", "b"}, "b");
  check_refused({"check", "a", "--data", "b"}, "--data");
  check_refused({"check", "--threads", "2", "a"}, "--threads");
  check_refused({"check", "a", "check", "b"}, "b");
  check_refused({"--data", "a", "check", "b"}, "check");
  check_refused({"--threads", "2", "check", "a"}, "check");
  check_refused({"--config", "/dev/null", "check", "a"}, "check");
  check_refused({"--data", "a", "check"}, "DIR");
}

TEST_CASE("parse_options() of check ignores the environment") {
  const environment_variable data{"COUNTERD_DATA", "/served"};
  const environment_variable threads{"COUNTERD_THREADS", "2"};
  CHECK(checked({"check", "other"}) == "other");
}

TEST_CASE("parse_options() of check ignores contradictions in the environment") {
  const environment_variable memory{"COUNTERD_MEMORY", "64M"};
  const environment_variable interval{"COUNTERD_SYNC_INTERVAL", "5ms"};
  CHECK(checked({"check", "d"}) == "d");
}

TEST_CASE("parse_options() of --help mentions check, which has a --help of its own") {
  for (const arguments& flags : {arguments{"--help"}, arguments{"check", "--help"}}) {
    const auto parsed = parse(flags);
    REQUIRE(std::holds_alternative<config::early_exit>(parsed));
    const auto& [code, text, faults] = std::get<config::early_exit>(parsed);
    CHECK(code == 0);
    CAPTURE(text);
    CHECK(text.find("check") != text.npos);
  }
}
