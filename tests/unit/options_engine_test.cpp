// The flags of a database that several servers share.

#include "config/engine_flags.hpp"
#include "config/flag_value.hpp"
#include "tests/unit/options_support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <variant>

using unit::accepted;
using unit::arguments;
using unit::check_refused;
using unit::config_file;
using unit::environment_variable;
using unit::parse;
using namespace std::chrono_literals;

namespace {

const std::string url = "postgresql://u@h/d";

config::options with_engine(arguments flags) {
  flags.insert(flags.begin(), {"--engine", url});
  return accepted(flags);
}

std::string shown(const config::options& options, const std::string& name) {
  for (const auto& flag : options.flags)
    if (flag.name == name)
      return flag.values.empty() ? "" : flag.values[0];
  FAIL("no flag ", name);
  return {};
}

}  // namespace

TEST_CASE("parse_options() with --engine has defaults of its own") {
  const auto options = with_engine({});
  const auto& storage = options.storage;
  CHECK(storage.engine == url);
  CHECK(storage.engine_schema == "counterd");
  CHECK(storage.engine_timeout == 10s);
  CHECK(storage.engine_confirms_reads);
  CHECK(storage.engine_prepares);
  CHECK(storage.durability.sync == counter::durability::sync::always);
  CHECK(options.shards == 4);
  CHECK(shown(options, "shards") == "4");
  CHECK(with_engine({"--shards", "2"}).shards == 2);
  CHECK(accepted({}).storage.engine.empty());
}

TEST_CASE("parse_options() accepts the flags of --engine, from wherever they come") {
  const auto given = with_engine({"--engine-schema", "_a1", "--engine-timeout", "250ms",
                                  "--engine-reads", "primary", "--engine-prepare", "off"})
                         .storage;
  CHECK(given.engine_schema == "_a1");
  CHECK(given.engine_timeout == 250ms);
  CHECK_FALSE(given.engine_confirms_reads);
  CHECK_FALSE(given.engine_prepares);
  CHECK(with_engine({"--engine-reads", "confirmed"}).storage.engine_confirms_reads);
  CHECK(with_engine({"--engine-prepare", "auto"}).storage.engine_prepares);
  CHECK(with_engine({"--engine-timeout", "10m"}).storage.engine_timeout == 10min);
  CHECK(with_engine({"--engine-schema", std::string(63, 'x')}).storage.engine_schema.size() == 63);
  CHECK(accepted({"--engine", "postgres://h"}).storage.engine == "postgres://h");

  const config_file file{"engine = \"postgresql://file\"\nengine-schema = \"s\"\n"};
  const arguments from_file{"--config", file.path()};
  CHECK(accepted(from_file).storage.engine == "postgresql://file");
  CHECK(accepted(from_file).storage.engine_schema == "s");
  const environment_variable variable{"COUNTERD_ENGINE", "postgresql://environment"};
  CHECK(accepted(from_file).storage.engine == "postgresql://environment");
  CHECK(with_engine({}).storage.engine == url);
}

TEST_CASE("parse_options() refuses bad flags of --engine with one line") {
  const struct {
    arguments flags;
    std::string message;
  } cases[] = {
      {{"--engine"}, "--engine"},
      {{"--engine", ""}, "--engine"},
      {{"--engine", "h"}, "--engine: the address of a database begins with postgresql://"},
      {{"--engine", "http://h"}, "--engine: the address of a database begins with postgresql://"},
      {{"--engine", "host=h dbname=d"}, "begins with postgresql://"},
      {{"--engine", " postgresql://h"}, "begins with postgresql://"},
      {{"--engine", url, "--engine", url}, "--engine"},
      {{"--engine", url, "--engine-schema", ""}, "--engine-schema"},
      {{"--engine", url, "--engine-schema", "A"}, "--engine-schema: A is not up to 63"},
      {{"--engine", url, "--engine-schema", "1a"}, "1a is not up to 63"},
      {{"--engine", url, "--engine-schema", "pg_a"}, "pg_a is not up to 63"},
      {{"--engine", url, "--engine-schema", "a;b"}, "a;b is not up to 63"},
      {{"--engine", url, "--engine-schema", std::string(64, 'x')}, "is not up to 63"},
      {{"--engine", url, "--engine-timeout", "0"}, "--engine-timeout"},
      {{"--engine", url, "--engine-timeout", "601s"}, "--engine-timeout"},
      {{"--engine", url, "--engine-timeout", "soon"}, "--engine-timeout"},
      {{"--engine", url, "--engine-reads", "all"}, "--engine-reads"},
      {{"--engine", url, "--engine-prepare", "on"}, "--engine-prepare"},
      // Without the flag that they refine.
      {{"--engine-schema", "s"}, "--engine-schema needs --engine"},
      {{"--engine-timeout", "1s"}, "--engine-timeout needs --engine"},
      {{"--engine-reads", "primary"}, "--engine-reads needs --engine"},
      {{"--engine-prepare", "off"}, "--engine-prepare needs --engine"},
      // What is for counters that the server itself stores.
      {{"--engine", url, "--data", "d"},
       "--data does not go with --engine: the database stores the counters"},
      {{"--engine", url, "--data", "d", "--sync", "always"}, "does not go with --engine"},
      {{"--engine", url, "--sync", "always"}, "--sync does not go with --engine"},
      {{"--engine", url, "--sync-interval", "5ms"}, "--sync-interval does not go with --engine"},
      {{"--engine", url, "--memory", "1G"}, "--memory does not go with --engine"},
  };
  for (const auto& [flags, message] : cases) {
    CAPTURE(flags.back());
    check_refused(flags, message);
  }
  const environment_variable data{"COUNTERD_DATA", "d"};
  check_refused({"--engine", url}, "COUNTERD_DATA does not go with --engine");
  const config_file file{"\nengine-reads = \"primary\"\n"};
  ::unsetenv("COUNTERD_DATA");
  check_refused({"--config", file.path()}, file.path() + ":2: engine-reads needs --engine");
}

TEST_CASE("a refused --engine does not repeat its password") {
  const auto parsed = parse({"--engine", "postgre://user:secret@h/d"});
  REQUIRE(std::holds_alternative<config::early_exit>(parsed));
  const auto& text = std::get<config::early_exit>(parsed).text;
  CAPTURE(text);
  CHECK(text.find("secret") == text.npos);
}

TEST_CASE("hide_password() shows an address without what is secret") {
  const struct {
    std::string given, expected;
  } cases[] = {
      {"", ""},
      {"postgresql://", "postgresql://"},
      {"postgresql://h/d", "postgresql://h/d"},
      {"postgresql://h:5432/d", "postgresql://h:5432/d"},
      {"postgresql://u@h:5432/d", "postgresql://u@h:5432/d"},
      {"postgresql://u@[::1]:5432/d", "postgresql://u@[::1]:5432/d"},
      {"postgresql://u:p@h/d", "postgresql://u:***@h/d"},
      {"postgresql://u:@h/d", "postgresql://u:***@h/d"},
      {"postgresql://:p@h/d", "postgresql://:***@h/d"},
      {"postgresql://u:p:q@h/d", "postgresql://u:***@h/d"},
      {"postgresql://u:p/q@h/d", "postgresql://u:***@h/d"},
      {"postgres://u:p@h1:1,h2:2/d?a=b", "postgres://u:***@h1:1,h2:2/d?a=b"},
      {"postgresql://u:p@h/d?password=q", "postgresql://u:***@h/d?password=***"},
      {"postgresql://h/d?password=q", "postgresql://h/d?password=***"},
      {"postgresql://h/d?password=q&a=b", "postgresql://h/d?password=***&a=b"},
      {"postgresql://h/d?a=b&password=q", "postgresql://h/d?a=b&password=***"},
      {"postgresql://h/d?a=b&password=q&c=d", "postgresql://h/d?a=b&password=***&c=d"},
      {"postgresql://h/d?password=", "postgresql://h/d?password=***"},
      // As its author meant it, though it should be percent-encoded.
      {"postgresql://u:p@q@h/d", "postgresql://u:***@h/d"},
      // The last one counts for libpq, but each may be somebody's.
      {"postgresql://h/d?a=b&password=p&password=q",
       "postgresql://h/d?a=b&password=***&password=***"},
      // That of a client's key.
      {"postgresql://h/d?sslpassword=q", "postgresql://h/d?sslpassword=***"},
  };
  for (const auto& [given, expected] : cases) {
    CAPTURE(given);
    CHECK(config::hide_password(given) == expected);
  }
}

TEST_CASE("the values of flags show --engine without its password") {
  const arguments flags{"--engine", "postgresql://u:secret@h/d"};
  CHECK(shown(accepted(flags), "engine") == "postgresql://u:***@h/d");
  CHECK(accepted(flags).storage.engine == "postgresql://u:secret@h/d");
  const environment_variable variable{"COUNTERD_ENGINE", "postgresql://u:secret@h/d"};
  CHECK(shown(accepted({}), "engine") == "postgresql://u:***@h/d");
}

TEST_CASE("parse_options() of engine-schema returns the name of the schema") {
  const auto schema_of = [](const arguments& flags) {
    const auto parsed = parse(flags);
    if (const auto* refused = std::get_if<config::early_exit>(&parsed))
      FAIL(refused->text);
    return std::get<config::engine_schema_request>(parsed).schema;
  };
  CHECK(schema_of({"engine-schema"}) == "counterd");
  CHECK(schema_of({"engine-schema", "--engine-schema", "s"}) == "s");
  CHECK(schema_of({"--engine-schema", "s", "engine-schema"}) == "s");
  check_refused({"engine-schema", "--engine-schema", "S"}, "--engine-schema");
  check_refused({"engine-schema", "s"}, "s");
}
