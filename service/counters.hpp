#pragma once

#include "actors/actor_store.hpp"
#include "config/options.hpp"
#include "process/stop_signals.hpp"
#include "storage/postgres/postgres_ledger.hpp"
#include "storage/rocksdb/rocks_ledger.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace service {

/// The counters of a server: a store, and below it, outliving it, the ledger of --data or of
/// --engine.
struct counters {
  std::unique_ptr<storage::rocks_ledger> ledger{};                      ///< null: on no disk
  std::unique_ptr<storage::postgres::postgres_ledger> shared_ledger{};  ///< null: in no database
  std::unique_ptr<actors::actor_store> store{};
};

/// Opens both. The ledger keeps up to `tables` files open, and stops the process by `signals` when
/// the disk has failed. Throws std::exception.
counters open_counters(const config::options& options, std::size_t tables,
                       process::stop_signals& signals);

/// Prints the SQL that makes the tables. Returns the exit code.
int print_schema(const config::engine_schema_request& request);

/// Returns where the counters are, for the log.
std::string name_of(const config::storage_options& options);

}  // namespace service
