#include "tests/engine/support/patroni_cluster.hpp"

#include "tests/engine/support/service.hpp"
#include "tests/paths.hpp"
#include "tests/server/support/client.hpp"

#include <filesystem>
#include <stdexcept>

namespace support {

namespace {

const std::string script = COUNTERD_SOURCE_DIR "/scripts/postgres";

std::string local(std::uint16_t port) {
  return "127.0.0.1:" + std::to_string(port);
}

/// Asks a Patroni, which need not listen yet.
bool says(std::uint16_t control, const std::string& role) {
  process request{
      {"curl", "-sf", "-m", "5", "-o", "/dev/null", "http://" + local(control) + "/" + role}};
  return request.wait().exit_code == 0;
}

}  // namespace

patroni_cluster::patroni_cluster() {
  std::filesystem::permissions(directory_.path(), std::filesystem::perms{0711});
  start_store();
  int count = 0;
  for (auto& each : nodes_)
    start(each, "node" + std::to_string(++count));
  wait_for_leader();
  run_program({"psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d",
               url() + "?target_session_attrs=read-write", "-c",
               run_program(counterd({"engine-schema"}))});
}

patroni_cluster::~patroni_cluster() {
  for (auto& each : nodes_)
    if (each.program)
      kill(each);
}

void patroni_cluster::start_store() {
  const auto clients = "http://" + local(store_.number());
  const auto peers = "http://" + local(store_peers_.number());
  // It is not told to belong to PostgreSQL's user, but may.
  const auto data = directory_ / "store";
  std::filesystem::create_directory(data);
  run_program({script, "own", data});
  std::filesystem::permissions(data, std::filesystem::perms{0700});
  store_program_ =
      start_service({"etcd", "--name", "store", "--data-dir", data, "--listen-client-urls", clients,
                     "--advertise-client-urls", clients, "--listen-peer-urls", peers,
                     "--initial-advertise-peer-urls", peers, "--initial-cluster", "store=" + peers},
                    directory_ / "store.log");
  wait_until("etcd listens", [this] { return is_listening(store_.number()); });
}

void patroni_cluster::start(node& self, const std::string& name) {
  const auto home = directory_ / name;
  std::filesystem::create_directory(home);
  run_program({script, "own", home});
  self.cluster = home + "/cluster";
  auto programs = run_program({script, "programs"});
  programs.pop_back();
  write_file(directory_ / (name + ".yml"),
             "scope: counters\nname: " + name + "\netcd3:\n  host: " + local(store_.number()) +
                 "\nrestapi:\n  listen: " + local(self.control.number()) +
                 "\n  connect_address: " + local(self.control.number()) +
                 R"(
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 5
    synchronous_mode: true
    synchronous_mode_strict: true
    postgresql:
      parameters:
        wal_retrieve_retry_interval: 500ms
        max_connections: 100
        shared_buffers: 32MB
        unix_socket_directories: ''
  initdb: [{encoding: UTF8}, {locale: C}, {auth: trust}, no-sync]
postgresql:
  pg_hba: [host all all 127.0.0.1/32 trust, host replication all 127.0.0.1/32 trust]
  authentication: {superuser: {username: postgres}, replication: {username: postgres}}
  pgpass: )" + home +
                 "/pgpass\n  bin_dir: " + programs + "\n  data_dir: " + self.cluster +
                 "\n  listen: " + local(self.database.number()) +
                 "\n  connect_address: " + local(self.database.number()) + "\n");
  self.program =
      start_service({"patroni", directory_ / (name + ".yml")}, directory_ / (name + ".log"));
}

std::string patroni_cluster::url() const {
  std::string hosts;
  for (const auto& each : nodes_)
    hosts += (hosts.empty() ? "" : ",") + local(each.database.number());
  return "postgresql://postgres@" + hosts + "/postgres";
}

patroni_cluster::node* patroni_cluster::find(const std::string& role) {
  for (auto& each : nodes_)
    if (each.program && says(each.control.number(), role))
      return &each;
  return nullptr;
}

void patroni_cluster::wait_for_leader() {
  wait_until("Patroni has a leader and a synchronous standby",
             [this] { return find("primary") != nullptr && find("synchronous") != nullptr; });
}

void patroni_cluster::kill_leader() {
  auto* leader = find("primary");
  if (leader == nullptr)
    throw std::runtime_error{"Patroni has no leader"};
  kill(*leader);
}

void patroni_cluster::kill(node& self) {
  self.program.reset();  // it would start the server again
  try {
    run_program({script, "kill", self.cluster});
  } catch (const std::runtime_error&) {
    // It has none yet.
  }
}

}  // namespace support
