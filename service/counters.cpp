#include "service/counters.hpp"

#include "process/standard_streams.hpp"
#include "process/threads.hpp"
#include "storage/postgres/schema.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

namespace service {

namespace {

/// A hundred thousand busy counters can change several times before their rows are
/// written, and the next start has little to read.
constexpr std::size_t write_buffer_bytes_max = std::size_t{16} << 20;

/// Its files would belong to root, and the server could not open them any more when its user starts
/// it.
void warn_of_owner(const std::string& directory) {
  struct ::stat found {};
  if (::geteuid() == 0 && ::stat(directory.c_str(), &found) == 0 && found.st_uid != 0)
    spdlog::warn(
        "{} belongs to user {}, and root runs this server: start it as that user, who cannot "
        "open the files that root makes",
        directory, found.st_uid);
}

/// Returns null if the counters are in memory only.
std::unique_ptr<storage::rocks_ledger> open_ledger(const config::storage_options& options,
                                                   std::size_t tables,
                                                   process::stop_signals& signals) {
  if (options.directory.empty())
    return nullptr;
  warn_of_owner(options.directory);
  return std::make_unique<storage::rocks_ledger>(
      storage::settings{.directory = options.directory,
                        .memory = options.memory / 2,
                        .write_buffer = std::min(write_buffer_bytes_max, options.memory / 32),
                        .tables_max = tables,
                        .durability = options.durability,
                        .on_failure = [&signals] { signals.fail(); }});
}

/// Returns null if the counters are in no database.
std::unique_ptr<storage::postgres::postgres_ledger> open_shared_ledger(
    const config::storage_options& options, process::stop_signals& signals) {
  if (options.engine.empty())
    return nullptr;
  const storage::postgres::address address{options.engine};
  if (address.is_exposed())
    spdlog::warn(
        "{}: whoever listens on the way to the database can read and change what is sent: "
        "add sslmode=verify-full",
        address.text());
  return std::make_unique<storage::postgres::postgres_ledger>(
      storage::postgres::settings{.address = address,
                                  .schema = options.engine_schema,
                                  .timeout = options.engine_timeout,
                                  .prepares = options.engine_prepares,
                                  .on_loss = [&signals] { signals.fail(); }});
}

std::unique_ptr<actors::actor_store> open_store(const config::options& options,
                                                storage::rocks_ledger* ledger) {
  if (ledger == nullptr)
    return std::make_unique<actors::actor_store>(options.shards, options.limits,
                                                 options.storage.memory);
  const auto& storage_options = options.storage;
  // The other half of the memory: the ledger has a cache of its own.
  return std::make_unique<actors::actor_store>(options.shards, options.limits, *ledger,
                                               storage_options.durability,
                                               storage_options.memory - storage_options.memory / 2);
}

}  // namespace

counters open_counters(const config::options& options, std::size_t tables,
                       process::stop_signals& signals) {
  counters opened;
  // A database (RocksDB 7.8) or an actor_system (CAF 0.17.6) that is refused a thread crashes while
  // its exception unwinds.
  process::call_without_unwinding([&] {
    opened.ledger = open_ledger(options.storage, tables, signals);
    opened.shared_ledger = open_shared_ledger(options.storage, signals);
    if (opened.shared_ledger)
      opened.store = std::make_unique<actors::actor_store>(options.shards, options.limits,
                                                           *opened.shared_ledger,
                                                           options.storage.engine_confirms_reads);
    else
      opened.store = open_store(options, opened.ledger.get());
  });
  return opened;
}

int print_schema(const config::engine_schema_request& request) {
  process::print(storage::postgres::schema_text(request.schema));
  return EXIT_SUCCESS;
}

std::string name_of(const config::storage_options& options) {
  if (!options.engine.empty())
    return "postgresql:" + storage::postgres::address{options.engine}.text();
  return options.directory.empty() ? "memory" : "rocksdb:" + options.directory;
}

}  // namespace service
