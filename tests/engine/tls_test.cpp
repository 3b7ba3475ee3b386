// The database proves who it is, and sessions are encrypted.

#include "tests/engine/support/failure_round.hpp"
#include "tests/engine/support/postgres_server.hpp"
#include "tests/engine/support/site.hpp"
#include "tests/paths.hpp"
#include "tests/server/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <string>

using namespace support;

namespace {

/// An authority, and what it has certified to be `localhost`.
class certificates {
public:
  certificates() {
    std::filesystem::permissions(directory_.path(), std::filesystem::perms{0711});
    run_program({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                 "/CN=authority", "-keyout", directory_ / "authority.key", "-out", authority()});
    run_program({"openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
                 "-addext", "subjectAltName=DNS:localhost", "-keyout", key_, "-out",
                 directory_ / "request"});
    run_program({"openssl", "x509", "-req", "-in", directory_ / "request", "-days", "2", "-CA",
                 authority(), "-CAkey", directory_ / "authority.key", "-copy_extensions", "copy",
                 "-out", certificate_});
    // PostgreSQL takes a key of its own user, or one of root that its group may read.
    std::filesystem::permissions(key_, std::filesystem::perms{0600});
    run_program({COUNTERD_SOURCE_DIR "/scripts/postgres", "own", key_});
  }

  std::string authority() const { return directory_ / "authority.crt"; }
  words settings() const {
    return {"ssl=on", "ssl_cert_file=" + certificate_, "ssl_key_file=" + key_};
  }

private:
  temporary_directory directory_;
  const std::string key_ = directory_ / "server.key";
  const std::string certificate_ = directory_ / "server.crt";
};

std::string url_of(const postgres_server& database, const std::string& host,
                   const std::string& authority) {
  return "postgresql://postgres@" + host + ":" + std::to_string(database.port()) +
         "/postgres?sslmode=verify-full&sslrootcert=" + authority;
}

}  // namespace

TEST_CASE("increments count once over sessions that are encrypted and verified") {
  const certificates trusted;
  const postgres_server database{trusted.settings()};
  database.add_schema();
  const auto servers = start_pair({"--engine", url_of(database, "localhost", trusted.authority())});
  check_failure(ports_of(servers), [&](const load& clients) {
    CHECK(database.query("SELECT count(*) > 7, bool_and(ssl) FROM pg_stat_activity "
                         "JOIN pg_stat_ssl USING (pid) WHERE application_name = 'counterd'") ==
          "t|t\n");
    database.query(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE application_name = 'counterd'");
    clients.wait_for_increments(100);
  });
}

TEST_CASE("a database that cannot prove who it is gets nothing, and the log says why") {
  const certificates trusted, strange;
  const postgres_server database{trusted.settings()};
  database.add_schema();
  struct {
    std::string host, authority, reason;
  } const cases[] = {
      {"127.0.0.1", trusted.authority(), "does not match host name"},
      {"localhost", strange.authority(), "certificate verify failed"},
  };
  for (const auto& [host, authority, reason] : cases) {
    CAPTURE(reason);
    process server{
        counterd({"--listen", "127.0.0.1:0", "--engine", url_of(database, host, authority)})};
    const auto log = server.wait_for_log("the database cannot be reached");
    CHECK(log.find(reason) != log.npos);
    server.signal(SIGTERM);
    CHECK(server.wait().exit_code == 0);
  }
  CHECK(database.query("SELECT count(*) FROM counterd.writers") == "0\n");
}
