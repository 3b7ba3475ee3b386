#include "counter/limits.hpp"
#include "tests/unit/options_support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using rights::scope;
using rights::scope_set;
using unit::accepted;
using unit::check_refused;
using unit::config_file;
using unit::environment_variable;

TEST_CASE("without flags everybody on this machine may do everything, and others nothing") {
  const auto access = accepted({}).access;
  CHECK_FALSE(access.remote);
  CHECK_FALSE(access.is_read_only);
  CHECK(access.browsers.hosts.empty());
  CHECK(access.browsers.listen_names == std::vector<std::string>{"127.0.0.1"});
  CHECK_FALSE(access.browsers.checks_every_host);
  CHECK(access.browsers.origins.empty());
  CHECK_FALSE(access.browsers.allows_cross_site);
}

TEST_CASE(
    "exposure_of() names --anonymous if other machines reach the server and it is not given") {
  for (const std::string address :
       {"0.0.0.0:80", ":80", "[::]:80", "0:80", "192.0.2.1:80", "[2001:db8::1]:80"}) {
    CAPTURE(address);
    CHECK(exposure_of(accepted({"--listen", address})).find("--anonymous SCOPES") !=
          std::string::npos);
    CHECK(exposure_of(accepted({"--listen", "127.0.0.1:80", "--listen", address})) != "");
    CHECK(exposure_of(accepted({"--listen", address, "--anonymous", "read"})) == "");
  }
  for (const std::string address : {"80", "127.0.0.1:80", "127.1.2.3:80", "localhost:80"}) {
    CAPTURE(address);
    CHECK(exposure_of(accepted({"--listen", address})) == "");
  }
}

TEST_CASE("--anonymous takes scopes, of which admin is none") {
  CHECK(accepted({"--anonymous", "add,read"}).access.remote == scope_set{scope::read, scope::add});
  CHECK(accepted({"--anonymous", "none"}).access.remote == scope_set{});
  CHECK(accepted({"--anonymous", "all"}).access.remote == scope_set::all().without(scope::admin));
  for (const std::string bad : {"admin", "read,admin", "reads", "read;add", "nobody", "all,read"}) {
    CAPTURE(bad);
    check_refused({"--anonymous", bad}, bad == "read,admin" ? "admin" : bad);
  }
}

TEST_CASE("--read-only has no value in the command line, and true or false elsewhere") {
  CHECK(accepted({"--read-only"}).access.is_read_only);
  CHECK(accepted({"--read-only", "--shards", "2"}).shards == 2);
  {
    const environment_variable variable{"COUNTERD_READ_ONLY", "true"};
    CHECK(accepted({}).access.is_read_only);
  }
  {
    const environment_variable variable{"COUNTERD_READ_ONLY", "false"};
    CHECK_FALSE(accepted({}).access.is_read_only);
    CHECK(accepted({"--read-only"}).access.is_read_only);
  }
  {
    const environment_variable variable{"COUNTERD_READ_ONLY", "1"};
    check_refused({}, "COUNTERD_READ_ONLY: 1 is neither true nor false");
  }
  const config_file file{"read-only = true\n"};
  CHECK(accepted({"--config", file.path()}).access.is_read_only);
  for (const std::string with_value : {"--read-only=", "--read-only=true", "--read-only=banana"})
    check_refused({with_value}, "--read-only takes no value");
  check_refused({"--read-only", "yes"}, "yes");
  CHECK(accepted({"--read-only", "--read-only"}).access.is_read_only);
}

TEST_CASE("--allow-host takes names without a port, and has every Host checked") {
  const auto access =
      accepted({"--allow-host", "Counters.example.", "--allow-host", "a.example, b_c"}).access;
  CHECK(access.browsers.hosts == std::vector<std::string>{"counters.example", "a.example", "b_c"});
  CHECK(access.browsers.checks_every_host);
  const config_file file{"allow-host = [\"a.example\", \"b.example\"]\n"};
  CHECK(accepted({"--config", file.path()}).access.browsers.hosts ==
        std::vector<std::string>{"a.example", "b.example"});
  for (const std::string bad : {"a.example:80", "http://a.example", "a b", ".example", "*", "a,",
                                "[::1]", "gr\xc3\xbc\xc3\x9f.example"}) {
    CAPTURE(bad);
    check_refused({"--allow-host", bad}, "not a host name");
  }
  check_refused({"--allow-host", "0.0.0.0"}, "0.0.0.0 is an address");
  check_refused({"--allow-host", std::string(254, 'a')}, "not a host name");
}

TEST_CASE("hosts, origins and addresses are bounded") {
  const auto many = [](const std::string& begin, std::size_t count, const std::string& end) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i)
      list += (i > 0 ? "," : "") + begin + std::to_string(i) + end;
    return list;
  };
  using counter::limits;
  CHECK(accepted({"--allow-host", many("h", limits::hosts_max, "")}).access.browsers.hosts.size() ==
        limits::hosts_max);
  check_refused({"--allow-host", many("h", limits::hosts_max + 1, "")}, "more than 10000 names");
  static_cast<void>(
      accepted({"--allow-origin", many("https://o", limits::origins_max, ".example")}));
  check_refused({"--allow-origin", many("https://o", limits::origins_max + 1, ".example")},
                "more than 10000 origins");
  check_refused({"--listen", many("127.0.0.1:1", limits::addresses_max + 1, "")},
                "more than 100 addresses");
  // Nor is a value repeated whole.
  const auto parsed = unit::parse({"--threads", std::string(100'000, 'x')});
  REQUIRE(std::holds_alternative<config::early_exit>(parsed));
  CHECK(std::get<config::early_exit>(parsed).text.size() < 1'100);
}

TEST_CASE("the names that --listen has are hosts") {
  CHECK(accepted({"--listen", "LocalHost:80"}).access.browsers.listen_names ==
        std::vector<std::string>{"localhost"});
  // Nor does every address make every name ours.
  CHECK(accepted({"--listen", ":80"}).access.browsers.listen_names.empty());
  CHECK(accepted({"--listen", "[::1]:80"}).access.browsers.listen_names.empty());
}

TEST_CASE("--allow-origin takes what browsers send as Origin") {
  const auto access = accepted({"--allow-origin", "https://App.example", "--allow-origin",
                                "http://localhost:3000,http://[::1]:8080"})
                          .access;
  CHECK(access.browsers.origins == std::vector<std::string>{"https://app.example",
                                                            "http://localhost:3000",
                                                            "http://[::1]:8080"});
  for (const std::string bad :
       {"app.example", "https://app.example/", "https://app.example/path", "https://", "null",
        "https://app.example:443", "http://app.example:80", "https://app.example:",
        "https://app.example:x", "ftp://app.example", "https://a@b", "https://a,", "http://[]",
        "http://[[::1]]", "http://[::1", "https://a:99999", "https://a:08443"}) {
    CAPTURE(bad);
    check_refused({"--allow-origin", bad}, "is not an origin");
  }
}

TEST_CASE("--allow-origin * stands alone, with a warning") {
  const auto options = accepted({"--allow-origin", "*"});
  CHECK(options.access.browsers.origins == std::vector<std::string>{"*"});
  const auto warns = [](const std::string& line) { return line.find("every page") != line.npos; };
  CHECK(std::count_if(options.warnings.begin(), options.warnings.end(), warns) == 1);
  const auto narrow = accepted({"--allow-origin", "https://app.example"});
  CHECK(std::count_if(narrow.warnings.begin(), narrow.warnings.end(), warns) == 0);
  check_refused({"--allow-origin", "*", "--allow-origin", "https://app.example"}, "alone");
}

TEST_CASE("--browser-writes is refuse or allow") {
  CHECK(accepted({"--browser-writes", "allow"}).access.browsers.allows_cross_site);
  CHECK_FALSE(accepted({"--browser-writes", "refuse"}).access.browsers.allows_cross_site);
  check_refused({"--browser-writes", "yes"}, "yes is none of refuse,allow");
}

TEST_CASE("--tokens leaves clients without a token no rights, unless flags give them some") {
  const auto options = accepted({"--tokens", "some/file"});
  CHECK(options.tokens_file == "some/file");
  CHECK(options.access.local == scope_set{});
  CHECK_FALSE(options.access.remote);
  CHECK(accepted({}).access.local == scope_set::all());
  CHECK(accepted({}).tokens_file == "");
  CHECK(accepted({"--tokens", "f", "--anonymous-local", "read,admin"}).access.local ==
        scope_set{scope::read, scope::admin});
  CHECK(accepted({"--tokens", "f", "--anonymous-local", "all"}).access.local == scope_set::all());
  CHECK(accepted({"--anonymous-local", "none"}).access.local == scope_set{});
  for (const std::string bad : {"reads", "none,read", "all,read", "read add"}) {
    CAPTURE(bad);
    check_refused({"--anonymous-local", bad}, bad + " is neither all nor none nor a list of");
  }
  check_refused({"--tokens", ""}, "--tokens");
  const environment_variable variable{"COUNTERD_TOKENS", "other/file"};
  CHECK(accepted({}).tokens_file == "other/file");
  const auto request = std::get<config::token_request>(unit::parse({"token", "check"}));
  CHECK(request.file == "other/file");
  // What is created goes into no file unless it is asked for.
  const auto created = std::get<config::token_request>(
      unit::parse({"token", "create", "--name", "a", "--scopes", "all"}));
  CHECK(created.file == "");
}

TEST_CASE("exposure_of() finds nothing wrong with a server that has tokens") {
  CHECK(exposure_of(accepted({"--listen", "0.0.0.0:80", "--tokens", "f"})) == "");
  CHECK(exposure_of(accepted({"--listen", "0.0.0.0:80", "--anonymous-local", "read"}))
            .find("--tokens FILE") != std::string::npos);
}
