#include "tests/engine/support/site.hpp"

#include "tests/engine/support/service.hpp"
#include "tests/server/support/client.hpp"

#include <stdexcept>

namespace support {

namespace {

/// In a file of the cluster: nobody reads the pipe of a server while clients count. A standby comes
/// back as soon as its primary does.
const words settings{"logging_collector=on", "wal_retrieve_retry_interval=200ms"};

}  // namespace

server_pair start_pair(const words& flags) {
  return {std::make_unique<server_process>(flags), std::make_unique<server_process>(flags)};
}

port_pair ports_of(const server_pair& servers) {
  return {servers[0]->port(), servers[1]->port()};
}

site::site(replication kind, const words& flags) : primary(settings) {
  primary.add_schema();
  if (kind != replication::none)
    standby = postgres_server::standby_of(primary, settings);
  if (kind == replication::synchronous) {
    primary.wait_for_standby(true);
    wait_until("the standby is synchronous", [this] {
      return primary.query("SELECT sync_state FROM pg_stat_replication") == "sync\n";
    });
  }
  words all{"--engine", url()};
  all.insert(all.end(), flags.begin(), flags.end());
  servers = start_pair(all);
}

std::string site::url() const {
  std::string hosts = "127.0.0.1:" + std::to_string(primary.port());
  if (standby)
    hosts += ",127.0.0.1:" + std::to_string(standby->port());
  return "postgresql://postgres@" + hosts + "/postgres";
}

double metric(std::uint16_t port, std::string_view line) {
  const auto text = "\n" + get(port, "/metrics").body;
  const auto at = text.find("\n" + std::string{line} + " ");
  if (at == text.npos)
    throw std::runtime_error{"no metric " + std::string{line}};
  return std::stod(text.substr(at + line.size() + 2));
}

std::string session_counts::text() const {
  const auto number = [](double count) { return std::to_string(static_cast<long>(count)); };
  return number(lost) + " sessions lost, in doubt " + number(stored) + " stored, " +
         number(dropped) + " dropped, " + number(unknown) + " unknown";
}

session_counts sessions_of(const port_pair& servers) {
  session_counts sum;
  const auto in_doubt = [](std::uint16_t port, const std::string& outcome) {
    return metric(port, "counterd_database_commits_in_doubt_total{outcome=\"" + outcome + "\"}");
  };
  for (const auto port : servers) {
    sum.lost += metric(port, R"(counterd_database_sessions_total{event="lost"})");
    sum.stored += in_doubt(port, "stored");
    sum.dropped += in_doubt(port, "dropped");
    sum.unknown += in_doubt(port, "unknown");
  }
  return sum;
}

}  // namespace support
