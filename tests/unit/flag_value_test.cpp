#include "config/flag_value.hpp"

#include "counter/control_character.hpp"
#include "tests/unit/options_support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using config::changed_flags;
using config::flag_value;
using unit::accepted;
using unit::config_file;

namespace {

flag_value value_of(const config::options& options, const std::string& name) {
  for (const auto& flag : options.flags)
    if (flag.name == name)
      return flag;
  FAIL("no flag ", name);
  return {};
}

std::string checked(const unit::arguments& flags) {
  auto arguments = flags;
  arguments.insert(arguments.begin(), "check-config");
  const auto parsed = unit::parse(arguments);
  REQUIRE(std::holds_alternative<config::check_config_request>(parsed));
  return config::to_config_file(std::get<config::check_config_request>(parsed).options.flags);
}

}  // namespace

TEST_CASE("options say what each flag is set to, and by what") {
  const config_file file{"# a\nallow-host = [\"a\", \"b\"]\nthreads = 2\n"};
  const unit::environment_variable shards{"COUNTERD_SHARDS", "3"};
  const auto options = accepted({"--config", file.path(), "--log-level", "warn"});
  CHECK(value_of(options, "allow-host") ==
        flag_value{"allow-host", {"a", "b"}, file.path() + ":2: allow-host", true});
  CHECK(value_of(options, "threads") ==
        flag_value{"threads", {"2"}, file.path() + ":3: threads", false});
  CHECK(value_of(options, "shards") == flag_value{"shards", {"3"}, "COUNTERD_SHARDS", false});
  CHECK(value_of(options, "log-level") == flag_value{"log-level", {"warn"}, "--log-level", true});
  CHECK(value_of(options, "read-only") == flag_value{"read-only", {"false"}, "", true});
  CHECK(value_of(options, "data") == flag_value{"data", {}, "", false});
  CHECK(value_of(accepted({"--read-only"}), "read-only").values == unit::arguments{"true"});
  for (const auto& flag : options.flags)
    CHECK(flag.name != "config");
}

TEST_CASE("defaults that depend on other flags are shown as they are") {
  CHECK(value_of(accepted({"--tokens", "x"}), "anonymous-local").values == unit::arguments{"none"});
  CHECK(value_of(accepted({}), "anonymous-local").values == unit::arguments{"all"});
  CHECK(value_of(accepted({"--max-connections", "11"}), "max-streams").values ==
        unit::arguments{"6"});
  CHECK(value_of(accepted({"--max-streams", "7"}), "max-streams").values == unit::arguments{"7"});
  CHECK(value_of(accepted({}), "memory").values.at(0).find_first_not_of("0123456789KMGT") ==
        std::string::npos);
}

TEST_CASE("changed_flags() returns what has another value") {
  const config_file before{"threads = 2\nallow-host = a\n"};
  const auto old = accepted({"--config", before.path()});
  CHECK(changed_flags(old.flags, accepted({"--config", before.path()}).flags).empty());
  // A default that depends on the machine is no change, and what is set to the same is none.
  const flag_value memory{"memory", {"3G"}, "", false}, less{"memory", {"2G"}, "", false};
  CHECK(changed_flags({memory}, {less}).empty());
  CHECK(changed_flags({memory}, {{"memory", {"2G"}, "--memory", false}}).size() == 1);
  CHECK(changed_flags({memory}, {{"memory", {"3G"}, "--memory", false}}).empty());
  // The same, from elsewhere.
  CHECK(changed_flags(old.flags, accepted({"--threads", "2", "--allow-host", "a"}).flags).empty());
  const auto changed = changed_flags(old.flags, accepted({"--threads", "3", "--read-only"}).flags);
  REQUIRE(changed.size() == 3);
  CHECK(changed[0].name == "allow-host");
  CHECK(changed[0].values.empty());
  CHECK(changed[1].name == "read-only");
  CHECK(changed[2].name == "threads");
  CHECK(changed[2].values == unit::arguments{"3"});
}

TEST_CASE("to_config_file() returns a config file that means the same") {
  for (const std::string text :
       {"", "threads = 2\n", "data = 'a \"b\\c'\nsync = interval\nsync-interval = 5ms\n",
        "listen = [\"127.0.0.1:1\", \"unix:/a b\"]\nread-only = true\nanonymous = read,add\n",
        "allow-origin = '*'\nmemory = 64M\ndrain-delay = 10s\n", "allow-host = [a, b.example]\n",
        "tokens = \"/a\\tb\\n\\r\"\n", "tokens = \"/\u009b\"\n"}) {
    CAPTURE(text);
    std::string printed;
    std::vector<flag_value> meant;
    {
      const config_file file{text};
      printed = checked({"--config", file.path()});
      meant = accepted({"--config", file.path()}).flags;
    }
    CAPTURE(printed);
    const config_file again{printed};
    CHECK(changed_flags(meant, accepted({"--config", again.path()}).flags).empty());
  }
}

TEST_CASE("to_config_file() says where a value comes from, and what applies a change") {
  const config_file file{"threads = 2\n"};
  const auto text = checked({"--config", file.path(), "--log-level", "warn"});
  CAPTURE(text);
  CHECK(text.find("# " + file.path() + ":1; a change needs a restart\n") != text.npos);
  CHECK(text.find("log-level = \"warn\"") != text.npos);
  CHECK(text.find("# --log-level; SIGHUP applies a change\n") != text.npos);
  CHECK(text.find("# shards = 1  ") != text.npos);
  CHECK(text.find("# default; a change needs a restart\n") != text.npos);
}

TEST_CASE("check-config takes the flags of a server, before and after it") {
  CHECK(checked({"--threads", "2"}).find("threads = 2 ") != std::string::npos);
  const auto parsed = unit::parse({"--threads", "2", "check-config"});
  CHECK(std::holds_alternative<config::check_config_request>(parsed));
}

TEST_CASE("parse_options() reports every fault, in order, and names the line") {
  const config_file file{"threads = 0\nshards\nnope = 1\nlisten = [\"a:1\", \"b\"]\nshards = 1\n"};
  const unit::environment_variable level{"COUNTERD_LOG_LEVEL", "loud"};
  const auto parsed = unit::parse({"--max-counters", "none", "--config", file.path()});
  REQUIRE(std::holds_alternative<config::early_exit>(parsed));
  const auto& exit = std::get<config::early_exit>(parsed);
  CHECK(exit.code == 2);
  REQUIRE(exit.faults.size() == 6);
  CHECK(exit.faults[0].starts_with("--max-counters: none "));
  CHECK(exit.faults[1].starts_with("COUNTERD_LOG_LEVEL: loud "));
  for (std::size_t line = 1; line <= 4; ++line)
    CHECK(exit.faults[line + 1].starts_with(file.path() + ":" + std::to_string(line) + ": "));
  CHECK(std::count(exit.text.begin(), exit.text.end(), '\n') == 6);
}

TEST_CASE("a value cannot pass for another line, and faults are bounded") {
  unit::check_refused({"--listen", "unix:/a\nb"}, "unix:/a?b");
  unit::check_refused({"--allow-host", "a\nanonymous = all"}, "a?anonymous = all");
  std::string text = "hi\n\x1b \u00e9 \u0080\u009b\u009f\u00a0 \xc2";
  counter::hide_control_characters(text);
  CHECK(text == "hi?? \u00e9 ??????\u00a0 \xc2");
  std::string bad;
  for (int i = 0; i < 1000; ++i)
    bad += "nope" + std::to_string(i) + " = 1\n";
  const config_file file{bad};
  const auto parsed = unit::parse({"--config", file.path()});
  REQUIRE(std::holds_alternative<config::early_exit>(parsed));
  const auto& faults = std::get<config::early_exit>(parsed).faults;
  CHECK(faults.size() == 101);
  CHECK(faults.back() == "and 900 more faults");
}

TEST_CASE("$CREDENTIALS_DIRECTORY has the token file if no flag names one") {
  const auto directory = std::filesystem::temp_directory_path() /
                         ("counterd-credentials-" + std::to_string(::getpid()));
  std::filesystem::create_directory(directory);
  const unit::environment_variable credentials{"CREDENTIALS_DIRECTORY", directory.string()};
  CHECK(accepted({}).tokens_file.empty());
  std::ofstream{directory / "tokens"};
  const auto options = accepted({});
  CHECK(options.tokens_file == (directory / "tokens").string());
  CHECK(options.access.local == rights::scope_set{});
  CHECK(value_of(options, "tokens").values == unit::arguments{options.tokens_file});
  CHECK(accepted({"--tokens", "other"}).tokens_file == "other");
  std::filesystem::remove_all(directory);
}
