#include "tests/engine/support/postgres_server.hpp"
#include "tests/proxies/support/sockets.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/secrets.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

using namespace support;
using namespace std::chrono_literals;

namespace {

const std::string password = "correct-horse-battery";

words listening_at(const reserved_port& port, const std::string& url) {
  return counterd({"--listen", "127.0.0.1:" + std::to_string(port.number()), "--engine", url});
}

/// A database whose user `guest` needs a password.
class guarded_database {
public:
  guarded_database() {
    std::filesystem::permissions(directory_.path(), std::filesystem::perms{0711});
    std::ofstream{rules_} << "host all guest 127.0.0.1/32 scram-sha-256\n"
                             "host all all 127.0.0.1/32 trust\n";
    server_ = std::make_unique<postgres_server>(words{"hba_file=" + rules_});
    server_->add_schema();
    server_->query(
        "CREATE ROLE guest LOGIN PASSWORD '" + password +
        "'; GRANT USAGE ON SCHEMA counterd TO guest; "
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA counterd TO guest");
  }

  std::string url(const std::string& given_password,
                  const std::string& database = "postgres") const {
    return "postgresql://guest:" + given_password +
           "@127.0.0.1:" + std::to_string(server_->port()) + "/" + database;
  }
  const postgres_server& server() const { return *server_; }

private:
  temporary_directory directory_;
  const std::string rules_ = directory_ / "pg_hba.conf";
  std::unique_ptr<postgres_server> server_;
};

/// Checks that a start ends with one line that contains `reason`.
void check_refusal(const words& flags, const std::string& reason, const setting& options = {}) {
  process starting{counterd(flags), options};
  const auto ended = starting.wait();
  CAPTURE(ended.log);
  CHECK(ended.exit_code == 1);
  CHECK(ended.output == "");
  CHECK(std::count(ended.log.begin(), ended.log.end(), '\n') == 1);
  CHECK(ended.log.find(reason) != std::string::npos);
}

}  // namespace

TEST_CASE("a server waits for a database that is not there yet, says so, and then serves") {
  postgres_server database;
  database.add_schema();
  database.stop();
  const reserved_port port;
  process server{listening_at(port, database.url())};
  server.wait_for_log("the database cannot be reached");
  database.start();
  const auto log = server.wait_for_log("started: ");
  CAPTURE(log);
  CHECK(log.find("the database is back") != std::string::npos);
  CHECK(get(port.number(), "/inc?name=x").body == "ok\n");
  CHECK(get(port.number(), "/readyz").status == 200);
}

TEST_CASE("SIGTERM ends a server that waits for its database") {
  postgres_server database;
  const auto url = database.url();
  database.stop();
  const reserved_port port;
  process server{listening_at(port, url)};
  server.wait_for_log("the database cannot be reached");
  const auto begin = std::chrono::steady_clock::now();
  server.signal(SIGTERM);
  CHECK(server.wait().exit_code == 0);
  CHECK(std::chrono::steady_clock::now() - begin < 7s);  // five, and a busy machine
}

TEST_CASE("a wrong password, database, schema or role ends the start with one line") {
  const guarded_database database;
  secrets().push_back(password);  // no process may write it, no response have it
  const std::string wrong = "not-the-password";
  secrets().push_back(wrong);
  check_refusal({"--engine", database.url(wrong)}, "password authentication failed");
  check_refusal({}, "password authentication failed",
                {.environment = {"COUNTERD_ENGINE=" + database.url(wrong)}});
  check_refusal({"--engine", database.url(password, "elsewhere")}, "elsewhere");
  check_refusal({"--engine", database.url(password), "--engine-schema", "empty"},
                "the schema empty has no tables of counterd");
  database.server().query("REVOKE UPDATE ON counterd.counters FROM guest");
  check_refusal({"--engine", database.url(password)}, "counters");
  database.server().query("REVOKE USAGE ON SCHEMA counterd FROM guest");
  check_refusal({"--engine", database.url(password)}, "the role may not use the schema counterd");
}

TEST_CASE("the password of a database is in no log, response or metric") {
  const guarded_database database;
  secrets().push_back(password);
  server_process server{
      {"--engine", database.url(password), "--engine-timeout", "2s", "--log-level", "debug"}};
  CHECK(get(server.port(), "/inc?name=x").body == "ok\n");
  for (const std::string target : {"/v1/info", "/v1/stats", "/metrics", "/readyz?verbose"})
    CHECK(get(server.port(), target).body.find(password) == std::string::npos);
  // What sessions that break have to say.
  database.server().query("ALTER ROLE guest PASSWORD 'another'");
  database.server().query(
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
      "WHERE application_name = 'counterd'");
  CHECK(get(server.port(), "/inc?name=x").status == 503);
  CHECK(get_until(server.port(), "/readyz", 503).body.find(password) == std::string::npos);
  const auto ended = server.stop();
  CHECK(ended.exit_code == 0);
  CHECK(ended.log.find("the database cannot be reached") != std::string::npos);
  CHECK(ended.log.find(password) == std::string::npos);
}
