#include "tests/engine/support/pooler.hpp"

#include "tests/engine/support/service.hpp"
#include "tests/server/support/client.hpp"

#include <filesystem>

namespace support {

pooler::pooler(const postgres_server& database, const std::string& mode) {
  std::filesystem::permissions(directory_.path(), std::filesystem::perms{0711});
  // pgbouncer refuses what sets these, and so they belong to the role.
  for (const std::string setting :
       {"statement_timeout = '5s'", "lock_timeout = '2s'",
        "idle_in_transaction_session_timeout = '10s'", "plan_cache_mode = force_generic_plan",
        "enable_seqscan = off", "jit = off"})
    database.query("ALTER ROLE postgres SET " + setting);
  write_file(directory_ / "users", "\"postgres\" \"\"\n");
  write_file(directory_ / "settings",
             "[databases]\npostgres = host=127.0.0.1 port=" + std::to_string(database.port()) +
                 "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " +
                 std::to_string(port_.number()) +
                 "\nunix_socket_dir =\nauth_type = trust\nauth_file = " + directory_ / "users" +
                 "\npool_mode = " + mode + "\nignore_startup_parameters = options\n");
  start();
}

std::string pooler::url() const {
  return "postgresql://postgres@127.0.0.1:" + std::to_string(port_.number()) + "/postgres";
}

void pooler::start() {
  program_ = start_service({"/usr/sbin/pgbouncer", directory_ / "settings"}, directory_ / "log");
  wait_until("pgbouncer listens", [this] { return is_listening(port_.number()); });
}

void pooler::restart() {
  program_.reset();
  start();
}

}  // namespace support
