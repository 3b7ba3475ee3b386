#pragma once

#include "tests/engine/support/postgres_server.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>

namespace support {

/// Three PostgreSQL servers under Patroni, as docs/SCALE-OUT.md sets them up, with the shortest
/// times that Patroni allows, and an etcd of one node. One is the leader, and its commits wait for
/// another. Used by one thread. Functions throw std::runtime_error when something takes a minute.
class patroni_cluster {
public:
  /// Returns when there are a leader and a synchronous standby. The leader has the tables of
  /// counterd.
  patroni_cluster();
  /// Kills all.
  ~patroni_cluster();
  patroni_cluster(const patroni_cluster&) = delete;
  patroni_cluster& operator=(const patroni_cluster&) = delete;

  /// For --engine.
  std::string url() const;

  /// Kills the leader's Patroni and PostgreSQL, as a machine that fails. It does not come back.
  void kill_leader();
  /// Waits until there are a leader and a synchronous standby.
  void wait_for_leader();

private:
  struct node {
    reserved_port database, control;
    std::string cluster{};
    std::unique_ptr<process> program{};
  };

  void start_store();
  void start(node& self, const std::string& name);
  static void kill(node& self);
  /// Returns the node that says that it is this: `primary`, `synchronous`; null if none does.
  node* find(const std::string& role);

  temporary_directory directory_;
  const reserved_port store_, store_peers_;
  std::unique_ptr<process> store_program_;
  std::array<node, 3> nodes_;
};

}  // namespace support
