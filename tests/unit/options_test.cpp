#include "counter/build_version.hpp"
#include "tests/unit/options_support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <variant>

using config::early_exit;
using config::options;
using policy = enum counter::durability::sync;
using unit::accepted;
using unit::arguments;
using unit::check_refused;
using unit::config_file;
using unit::environment_variable;
using unit::parse;
using namespace std::chrono_literals;

TEST_CASE("parse_options() without flags returns the defaults") {
  const auto defaults = accepted({});
  REQUIRE(defaults.listen.size() == 1);
  CHECK(defaults.listen[0].host == "127.0.0.1");
  CHECK(defaults.listen[0].port == "8000");
  CHECK(defaults.threads >= 1);
  CHECK(defaults.threads == options{}.threads);
  CHECK(defaults.shards == 1);
  CHECK(defaults.limits.connections_max == 10'000);
  CHECK(defaults.limits.pipelined_max == 128);
  CHECK(defaults.limits.counters_max == 10'000'000);
  CHECK(defaults.limits.idempotency_records_max == 1'000'000);
  CHECK(defaults.limits.idempotency_ttl == 24h);
  CHECK(defaults.limits.header_timeout == 10s);
  CHECK(defaults.limits.body_timeout == 10s);
  CHECK(defaults.limits.write_timeout == 10s);
  CHECK(defaults.limits.idle_timeout == 75s);
  CHECK(defaults.log_level == spdlog::level::info);
  CHECK(defaults.storage.directory == "");
  CHECK(defaults.storage.memory == options{}.storage.memory);
  CHECK(defaults.storage.memory >= 16 * 1024 * 1024);
  CHECK(defaults.storage.memory <= 3ull << 30);
  CHECK(defaults.storage.durability.sync == policy::none);
}

TEST_CASE("parse_options() sets the option of each flag and no other") {
  const auto given = accepted({"--listen",
                               "0.0.0.0:80",
                               "--listen=[::1]:0",
                               "--threads",
                               "3",
                               "--shards=5",
                               "--max-connections",
                               "7",
                               "--max-pipelined",
                               "9",
                               "--max-counters",
                               "11",
                               "--idempotency-max",
                               "12",
                               "--idempotency-ttl=14s",
                               "--header-timeout",
                               "13s",
                               "--body-timeout",
                               "17ms",
                               "--write-timeout",
                               "19",
                               "--idle-timeout=23s",
                               "--data",
                               "/some/where else",
                               "--memory=29M",
                               "--sync",
                               "interval",
                               "--sync-interval=31ms",
                               "--log-level",
                               "warn",
                               "--anonymous=list",
                               "--read-only",
                               "--allow-host=a.example",
                               "--allow-origin=https://b.example",
                               "--browser-writes=allow"});
  REQUIRE(given.listen.size() == 2);
  CHECK(given.listen[0] == config::listen_address{"0.0.0.0", "80"});
  CHECK(given.listen[1] == config::listen_address{"::1", "0"});
  CHECK(given.threads == 3);
  CHECK(given.shards == 5);
  CHECK(given.limits.connections_max == 7);
  CHECK(given.limits.pipelined_max == 9);
  CHECK(given.limits.counters_max == 11);
  CHECK(given.limits.idempotency_records_max == 12);
  CHECK(given.limits.idempotency_ttl == 14s);
  CHECK(given.limits.header_timeout == 13s);
  CHECK(given.limits.body_timeout == 17ms);
  CHECK(given.limits.write_timeout == 19s);
  CHECK(given.limits.idle_timeout == 23s);
  CHECK(given.log_level == spdlog::level::warn);
  CHECK(given.storage.directory == "/some/where else");
  CHECK(given.storage.memory == 29 * 1024 * 1024);
  CHECK(given.storage.durability.sync == policy::interval);
  CHECK(given.storage.durability.interval == 31ms);
  CHECK(given.access.remote == rights::scope_set{rights::scope::list});
  CHECK(given.access.is_read_only);
  CHECK(given.access.browsers.hosts == std::vector<std::string>{"a.example"});
  CHECK(given.access.browsers.origins == std::vector<std::string>{"https://b.example"});
  CHECK(given.access.browsers.allows_cross_site);
}

TEST_CASE("parse_options() accepts numbers up to both ends of their ranges") {
  CHECK(accepted({"--threads", "1"}).threads == 1);
  CHECK(accepted({"--threads", "1024"}).threads == 1024);
  CHECK(accepted({"--shards", "1024"}).shards == 1024);
  CHECK(accepted({"--max-pipelined", "1"}).limits.pipelined_max == 1);
  CHECK(accepted({"--max-counters", "281474976710656"}).limits.counters_max == 1ULL << 48);
  CHECK(accepted({"--idempotency-max", "0"}).limits.idempotency_records_max == 0);
  CHECK(accepted({"--idempotency-max", "4294967296"}).limits.idempotency_records_max == 1ULL << 32);
  CHECK(accepted({"--idempotency-ttl", "1ms"}).limits.idempotency_ttl == 1ms);
  CHECK(accepted({"--idempotency-ttl", "365d"}).limits.idempotency_ttl == 8760h);
}

TEST_CASE("parse_options() accepts 0 for --max-queue-delay and --drain-delay, up to their maxima") {
  CHECK(accepted({}).limits.queue_delay_max == 250ms);
  CHECK(accepted({}).drain_delay == 0ms);
  for (const std::string none : {"0", "0s"}) {
    CHECK(accepted({"--max-queue-delay", none}).limits.queue_delay_max == 0ms);
    CHECK(accepted({"--drain-delay", none}).drain_delay == 0ms);
  }
  CHECK(accepted({"--max-queue-delay", "1ms"}).limits.queue_delay_max == 1ms);
  CHECK(accepted({"--max-queue-delay", "5s"}).limits.queue_delay_max == 5s);
  CHECK(accepted({"--drain-delay", "10m"}).drain_delay == 10min);
  for (const std::string value : {"", "-1s", "0ms", "5001ms", "x", "1.5s"})
    check_refused({"--max-queue-delay", value}, "max-queue-delay");
  check_refused({"--drain-delay", "601s"}, "drain-delay");
}

TEST_CASE("parse_options() reads every number as decimal, from flags, environment and file") {
  CHECK(accepted({"--max-counters", "010"}).limits.counters_max == 10);
  CHECK(accepted({"--threads", "08"}).threads == 8);
  CHECK(accepted({"--idle-timeout", "010"}).limits.idle_timeout == 10s);
  CHECK(accepted({"--data", "d", "--memory", "016M"}).storage.memory == 16 * 1024 * 1024);
  {
    const environment_variable counters{"COUNTERD_MAX_COUNTERS", "010"};
    CHECK(accepted({}).limits.counters_max == 10);
  }
  const config_file file{"max-counters = 010\nshards = \"011\"\nidle-timeout = 010\n"};
  const auto given = accepted({"--config", file.path()});
  CHECK(given.limits.counters_max == 10);
  CHECK(given.shards == 11);
  CHECK(given.limits.idle_timeout == 10s);
}

TEST_CASE("parse_options() refuses a number that is not decimal, wherever it comes from") {
  for (const std::string flag : {"threads", "shards", "max-connections", "max-pipelined",
                                 "max-counters", "idempotency-max", "idle-timeout", "memory"})
    for (const std::string value : {"0x10", "0X10", "0b11", "0o17", "1_0", "+5", " 5", "5 "}) {
      CAPTURE(flag);
      CAPTURE(value);
      check_refused({"--data", "d", "--" + flag, value}, flag);
      const config_file file{"data = \"d\"\n" + flag + " = \"" + value + "\"\n"};
      check_refused({"--config", file.path()}, flag);
    }
  const environment_variable shards{"COUNTERD_SHARDS", "0x10"};
  check_refused({}, "0x10");
}

TEST_CASE("parse_options() refuses a bad flag or value with one line that names it") {
  const arguments cases[] = {
      {"--threads", "0"},
      {"--threads", "1025"},
      {"--threads", "-1"},
      {"--threads", "two"},
      {"--threads", "1.5"},
      {"--threads", "4294967297"},
      {"--threads", ""},
      {"--threads"},
      {"--shards", "0"},
      {"--shards", "1025"},
      {"--shards", "1e3"},
      {"--shards", "1 2"},
      {"--max-connections", "0"},
      {"--max-connections", "10000001"},
      {"--max-connections", "-1"},
      {"--max-pipelined", "0"},
      {"--max-pipelined", "100001"},
      {"--max-counters", "0"},
      {"--max-counters", "281474976710657"},
      {"--max-counters", "99999999999999999999"},
      {"--idempotency-max", "-1"},
      {"--idempotency-max", "4294967297"},
      {"--idempotency-max", "all"},
      {"--idempotency-max"},
      {"--idempotency-ttl", "0"},
      {"--idempotency-ttl", "8761h"},
      {"--idempotency-ttl", "1y"},
      {"--idempotency-ttl"},
      {"--header-timeout", "0"},
      {"--header-timeout", "25h"},
      {"--body-timeout", "-1s"},
      {"--write-timeout", "86401s"},
      {"--idle-timeout", "soon"},
      {"--idle-timeout"},
      {"--listen", "127.0.0.1"},
      {"--listen", "65536"},
      {"--listen", "a:1,"},
      {"--listen", "a:1,,b:2"},
      {"--listen", ", a:1"},
      {"--listen", " "},
      {"--data", " "},
      {"--data", " \t\n"},
      {"--data", "a\n"},
      {"--memory", " "},
      {"--config", " "},
      {"--listen", "::1:8000"},
      {"--listen", "x:65536"},
      {"--listen"},
      {"--log-level", "loud"},
      {"--log-level"},
      {"--shard", "1"},
      {"--nope"},
      {"-x"},
      {"nope"},
      {"--config"},
  };
  for (const auto& flags : cases)
    check_refused(flags, flags[0]);
  check_refused({"--listen", "127.0.0.1:1", "--listen", "nowhere"}, "nowhere");
  for (const std::string likely : {"--port", "-p8080", "--host=0.0.0.0", "8080"})
    check_refused({likely}, likely + " is no flag or command: --listen PORT");
  check_refused({"--prot", "80"}, "--prot is no flag or command (see");
  check_refused({"check", ".", "8080"}, "8080 is no flag or command (see");
  check_refused({"check-config", ""}, "an empty argument is no flag or command (see");
  check_refused({"--shards", "2", "--shards", "3"}, "--shards");
}

TEST_CASE("parse_options() of --help and --version exits with 0") {
  const auto help = parse({"--help"});
  REQUIRE(std::holds_alternative<early_exit>(help));
  CHECK(std::get<early_exit>(help).code == 0);
  for (const std::string_view flag :
       {"--listen",         "--threads",      "--shards",          "--max-connections",
        "--max-pipelined",  "--max-counters", "--idempotency-max", "--idempotency-ttl",
        "--header-timeout", "--body-timeout", "--write-timeout",   "--idle-timeout",
        "--data",           "--memory",       "--sync ",           "--sync-interval",
        "--log-level",      "--config",       "--version",         "check",
        "--anonymous",      "--read-only",    "--allow-host",      "--allow-origin",
        "--browser-writes"}) {
    CAPTURE(flag);
    CHECK(std::get<early_exit>(help).text.find(flag) != std::string::npos);
  }
  const auto& help_text = std::get<early_exit>(help).text;
  CHECK(help_text.find("(Env:COUNTERD_SYNC_INTERVAL)") != std::string::npos);
  CHECK(help_text.find("(Env:COUNTERD_READ_ONLY)") != std::string::npos);
  CHECK(help_text.find("COUNTERD_HELP") == std::string::npos);
  CHECK(help_text.find("COUNTERD_VERSION") == std::string::npos);

  const auto version = parse({"--version"});
  REQUIRE(std::holds_alternative<early_exit>(version));
  CHECK(std::get<early_exit>(version).code == 0);
  CHECK(std::get<early_exit>(version).text ==
        "counterd " + std::string{counter::build_version()} + "\n");
  CHECK(counter::build_version().starts_with(COUNTERD_VERSION));
}

TEST_CASE("parse_options() reads a config file of flags without dashes") {
  const config_file file{
      "# a comment\n"
      "listen = [\"0.0.0.0:80\", \"[::1]:81\"]\n"
      "shards = 5\n"
      "max-counters=11\n"
      "idempotency-max = 12\n"
      "idempotency-ttl = \"14s\"\n"
      "idle-timeout = \"500ms\"\n"
      "header-timeout = 7\n"
      "log-level = \"off\"\n"
      "anonymous = \"read\"\n"};
  const auto given = accepted({"--config", file.path()});
  REQUIRE(given.listen.size() == 2);
  CHECK(given.listen[0] == config::listen_address{"0.0.0.0", "80"});
  CHECK(given.listen[1] == config::listen_address{"::1", "81"});
  CHECK(given.shards == 5);
  CHECK(given.limits.counters_max == 11);
  CHECK(given.limits.idempotency_records_max == 12);
  CHECK(given.limits.idempotency_ttl == 14s);
  CHECK(given.limits.idle_timeout == 500ms);
  CHECK(given.limits.header_timeout == 7s);
  CHECK(given.log_level == spdlog::level::off);
  CHECK(given.limits.pipelined_max == 128);
}

TEST_CASE("parse_options() refuses a config file that is wrong or missing with one line") {
  struct {
    std::string_view text, mentions;
  } const cases[] = {
      {"shard = 5\n", "shard"},
      {"shards = 5\nnope = 1\n", "nope"},
      {"shards = 0\n", "shards"},
      {"shards = many\n", "shards"},
      {"idle-timeout = \"soon\"\n", "idle-timeout"},
      {"listen = \"nowhere\"\n", "nowhere"},
      {"log-level = loud\n", "log-level"},
      {"listen = [\"a:1\", \"nowhere\"]\n", "nowhere"},
      {"listen = \"a:1,nowhere\"\n", "nowhere"},
      {"shards = [2, 3]\n", "shards"},
      {"data = \"d\"\nmemory = \"half\"\n", "half"},
      {"data = \"d\"\nsync = \"never\"\n", "sync"},
      {"sync-interval = \"61s\"\n", "61s"},
      {"listen = []\n", "empty"},
      {"shards = []\n", "shards"},
      {"data = \" \"\n", "empty"},
      {"listen = [\"a:1\", \" \"]\n", "empty"},
  };
  for (const auto& [text, mentions] : cases) {
    const config_file file{text};
    check_refused({"--config", file.path()}, mentions);
    check_refused({"--config", file.path()}, file.path() + ":");
  }
  check_refused({"--config", "/nowhere/at/all.toml"}, "/nowhere/at/all.toml");
  check_refused({"--config", "/"}, "/");
  check_refused({"--config", "/dev/null", "--config", "/dev/null"}, "--config");
}

TEST_CASE("parse_options() names the file and the line of whatever is wrong in a config file") {
  for (const std::string_view line :
       {"nope = 1", "config = \"x\"", "version = true", "shards = 0", "shards = 0x10",
        "shards = []", "shards", "shards =", "threads = 2", "listen = \"nowhere\"", "[server]",
        "data = \"d", "data = \"\"", "idle-timeout = soon", "sync-interval = 61s", "memory = 1",
        "log-level = loud", "data = \"\xff\""}) {
    const config_file file{"# a comment\nthreads = 2\n" + std::string{line} +
                           "\nmax-pipelined = 2\n"};
    CAPTURE(line);
    check_refused({"--config", file.path()}, "counterd: " + file.path() + ":3: ");
    const environment_variable named{"COUNTERD_CONFIG", file.path()};
    check_refused({}, "counterd: " + file.path() + ":3: ");
  }
}

TEST_CASE("parse_options() reads a config file with a byte order mark and CRLF") {
  const config_file file{"\xef\xbb\xbfshards = 5\r\nthreads = 3\r\n"};
  CHECK(accepted({"--config", file.path()}).shards == 5);
  CHECK(accepted({"--config", file.path()}).threads == 3);
}

TEST_CASE("parse_options() takes all of a quoted value in a config file") {
  for (const std::string data : {"a # b", "#", "a;b", "a, b", "a b", "[a]", "a=b", "it's"}) {
    const config_file file{"data = \"" + data + "\" # a comment\n"};
    CHECK(accepted({"--config", file.path()}).storage.directory == unit::absolute(data));
  }
  const config_file file{"data = 'say \"a # b\"'\n"};
  CHECK(accepted({"--config", file.path()}).storage.directory == unit::absolute("say \"a # b\""));
}

TEST_CASE("parse_options() reads repeated lines of listen, and no other flag twice") {
  const config_file listens{"listen = a:1\nshards = 2\nlisten = [\n  \"b:2\",\n  \"c:3\",\n]\n"};
  CHECK(accepted({"--config", listens.path()}).listen.size() == 3);
  CHECK(accepted({"--config", listens.path(), "--listen", "d:4"}).listen.size() == 1);
  const environment_variable listen{"COUNTERD_LISTEN", "e:5"};
  CHECK(accepted({"--config", listens.path()}).listen.size() == 1);
}

TEST_CASE("parse_options() reads the environment where no flag is given") {
  const environment_variable shards{"COUNTERD_SHARDS", "5"};
  const environment_variable timeout{"COUNTERD_IDLE_TIMEOUT", "7s"};
  const environment_variable listen{"COUNTERD_LISTEN", "[::1]:80"};
  CHECK(accepted({}).shards == 5);
  CHECK(accepted({}).limits.idle_timeout == 7s);
  REQUIRE(accepted({}).listen.size() == 1);
  CHECK(accepted({}).listen[0] == config::listen_address{"::1", "80"});
  CHECK(accepted({"--shards", "6"}).shards == 6);
}

TEST_CASE("parse_options() refuses a bad or empty variable and names it") {
  struct {
    const char* name;
    std::string_view value, mentions;
  } const cases[] = {
      {"COUNTERD_SHARDS", "many", "many"},
      {"COUNTERD_THREADS", "0", "1 to 1024"},
      {"COUNTERD_THREADS", "1025", "1025"},
      {"COUNTERD_MAX_COUNTERS", "-1", "-1"},
      {"COUNTERD_IDLE_TIMEOUT", "soon", "soon"},
      {"COUNTERD_LISTEN", "nowhere", "nowhere"},
      {"COUNTERD_LISTEN", "a:1,nowhere,b:2", "nowhere"},
      {"COUNTERD_LOG_LEVEL", "loud", "loud"},
      {"COUNTERD_DATA", "a\xff", "UTF-8"},
      {"COUNTERD_MEMORY", "half", "half"},
      {"COUNTERD_SYNC", "never", "never"},
      {"COUNTERD_SYNC_INTERVAL", "61s", "61s"},
      {"COUNTERD_CONFIG", "", "empty"},
      {"COUNTERD_CONFIG", " ", "empty"},
      {"COUNTERD_DATA", " ", "empty"},
      {"COUNTERD_DATA", "\t \n", "empty"},
      {"COUNTERD_DATA", "/a\n", "control character"},
      {"COUNTERD_LISTEN", " ", "empty"},
      {"COUNTERD_LOG_LEVEL", " ", "empty"},
      {"COUNTERD_LISTEN", "", "empty"},
      {"COUNTERD_THREADS", "", "empty"},
      {"COUNTERD_SHARDS", "", "empty"},
      {"COUNTERD_MAX_CONNECTIONS", "", "empty"},
      {"COUNTERD_MAX_PIPELINED", "", "empty"},
      {"COUNTERD_MAX_COUNTERS", "", "empty"},
      {"COUNTERD_IDEMPOTENCY_MAX", "", "empty"},
      {"COUNTERD_IDEMPOTENCY_TTL", "", "empty"},
      {"COUNTERD_HEADER_TIMEOUT", "", "empty"},
      {"COUNTERD_BODY_TIMEOUT", "", "empty"},
      {"COUNTERD_WRITE_TIMEOUT", "", "empty"},
      {"COUNTERD_IDLE_TIMEOUT", "", "empty"},
      {"COUNTERD_LOG_LEVEL", "", "empty"},
      {"COUNTERD_DATA", "", "empty"},
      {"COUNTERD_MEMORY", "", "empty"},
      {"COUNTERD_SYNC", "", "empty"},
      {"COUNTERD_SYNC_INTERVAL", "", "empty"},
  };
  const config_file file{"shards = 2\n"};
  for (const auto& [name, value, mentions] : cases) {
    const environment_variable bad{name, std::string{value}};
    for (const arguments& flags :
         {arguments{}, arguments{"--config", file.path()}, arguments{"check", "d"}}) {
      if (name == std::string_view{"COUNTERD_CONFIG"} && flags.size() == 2 && flags[0] != "check")
        continue;  // the flag overrides the variable
      check_refused(flags, "counterd: " + std::string{name} + ": ");
      check_refused(flags, mentions);
    }
  }
}

TEST_CASE("parse_options() warns of each unknown COUNTERD_ variable by its name alone") {
  const environment_variable port{"COUNTERD_PORT", "tcp://10.0.0.1:8000"};
  const environment_variable host{"COUNTERD_SERVICE_HOST", "10.0.0.1"};
  const environment_variable misspelt{"COUNTERD_SHARD", "3"};
  const environment_variable lower{"COUNTERD_shards", ""};
  const environment_variable odd{"COUNTERD_\n\x1b\xff", "x"};
  const environment_variable known{"COUNTERD_SHARDS", "2"};
  const environment_variable others{"COUNTER", "x"};
  const environment_variable of_client{"COUNTERD_TOKEN", "ctr_x"};
  const auto given = accepted({});
  CHECK(given.shards == 2);
  // Whoever runs the tests may have set COUNTERD_TEST_SEED.
  const auto count = [&given](const std::string& name) {
    return std::count(given.warnings.begin(), given.warnings.end(),
                      name + " is no variable of counterd and is ignored");
  };
  for (const std::string name : {"COUNTERD_PORT", "COUNTERD_SERVICE_HOST", "COUNTERD_SHARD",
                                 "COUNTERD_shards", "COUNTERD_???"}) {
    CAPTURE(name);
    CHECK(count(name) == 1);
  }
  CHECK(count("COUNTERD_SHARDS") == 0);
  CHECK(count("COUNTER") == 0);
  CHECK(count("COUNTERD_TOKEN") == 0);
}

TEST_CASE("parse_options() refuses a flag whose value is empty, or is the next flag") {
  for (const std::string flag :
       {"--config", "--listen", "--threads", "--max-counters", "--idle-timeout", "--log-level",
        "--data", "--memory", "--sync", "--sync-interval"}) {
    check_refused({flag, ""}, flag);
    check_refused({flag + "="}, flag);
    check_refused({flag + "=", "--shards=2"}, flag);
    check_refused({flag, "--shards=2"}, flag);
    check_refused({flag, "--shards", "2"}, flag);
  }
  CHECK(accepted({"--data=--shards=2"}).storage.directory == unit::absolute("--shards=2"));
  CHECK(accepted({"--data", "a="}).storage.directory == unit::absolute("a="));
}

TEST_CASE(
    "parse_options() takes a flag where the environment is bad, and refuses it beside a file") {
  const config_file file{"shards = 2\n"};
  const environment_variable shards{"COUNTERD_SHARDS", "many"};
  CHECK(accepted({"--shards", "3"}).shards == 3);
  check_refused({"--config", file.path()}, "COUNTERD_SHARDS");
}

TEST_CASE("parse_options() splits COUNTERD_LISTEN and `listen` at commas") {
  const auto check_two = [](const options& given) {
    REQUIRE(given.listen.size() == 2);
    CHECK(given.listen[0] == config::listen_address{"a", "1"});
    CHECK(given.listen[1] == config::listen_address{"::1", "2"});
  };
  for (const std::string text :
       {"listen = \"a:1,[::1]:2\"\n", "listen = [\"a:1\", \"[::1]:2\"]\n"}) {
    const config_file file{text};
    check_two(accepted({"--config", file.path()}));
  }
  const config_file file{"listen = \"f:1\"\n"};
  const environment_variable listen{"COUNTERD_LISTEN", "a:1,[::1]:2"};
  check_two(accepted({}));
  check_two(accepted({"--config", file.path()}));
}

TEST_CASE("parse_options() skips spaces around the addresses of a list") {
  const auto check_list = [](const options& given) {
    REQUIRE(given.listen.size() == 3);
    CHECK(given.listen[0] == config::listen_address{"a", "1"});
    CHECK(given.listen[1] == config::listen_address{"::1", "2"});
    CHECK(given.listen[2] == config::listen_address{"127.0.0.1", "3"});
  };
  const std::string list = " a:1 , [::1]:2,\n\t3 ";
  check_list(accepted({"--listen", list}));
  {
    const environment_variable listen{"COUNTERD_LISTEN", list};
    check_list(accepted({}));
  }
  const config_file file{"listen = [\"a:1, [::1]:2\", \" 3\"]\n"};
  check_list(accepted({"--config", file.path()}));
}

TEST_CASE("parse_options() reads the config file that the environment names") {
  const config_file file{"shards = 5\n"};
  const environment_variable config{"COUNTERD_CONFIG", file.path()};
  CHECK(accepted({}).shards == 5);
  const environment_variable shards{"COUNTERD_SHARDS", "6"};
  CHECK(accepted({}).shards == 6);
  CHECK(accepted({"--shards", "7"}).shards == 7);
  check_refused({"--config", "/nowhere/at/all.toml"}, "/nowhere/at/all.toml");
}

TEST_CASE("parse_options() refuses a missing config file that the environment names") {
  const environment_variable config{"COUNTERD_CONFIG", "/nowhere/at/all.toml"};
  check_refused({}, "/nowhere/at/all.toml");
}

TEST_CASE("parse_options() prefers a flag to the environment, and that to the config file") {
  const config_file file{"shards = 2\nthreads = 2\nlisten = \"f:2\"\nidle-timeout = 2\n"};
  const arguments from_file{"--config", file.path()};
  CHECK(accepted(from_file).shards == 2);
  {
    const environment_variable shards{"COUNTERD_SHARDS", "3"};
    const environment_variable listen{"COUNTERD_LISTEN", "e:3"};
    const environment_variable timeout{"COUNTERD_IDLE_TIMEOUT", "3"};
    const auto given = accepted(from_file);
    CHECK(given.shards == 3);
    CHECK(given.threads == 2);  // only the file has it
    CHECK(given.limits.idle_timeout == 3s);
    REQUIRE(given.listen.size() == 1);
    CHECK(given.listen[0].host == "e");

    const auto flagged = accepted(
        {"--config", file.path(), "--shards", "4", "--listen", "a:4", "--idle-timeout", "4"});
    CHECK(flagged.shards == 4);
    CHECK(flagged.threads == 2);
    CHECK(flagged.limits.idle_timeout == 4s);
    REQUIRE(flagged.listen.size() == 1);
    CHECK(flagged.listen[0].host == "a");
  }
  const environment_variable shards{"COUNTERD_SHARDS", ""};
  CHECK(accepted({"--config", file.path(), "--shards", "4"}).shards == 4);
}
