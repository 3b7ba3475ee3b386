// counterd: flags -> signals -> limits -> ledger -> store -> server. The only file that
// includes the actors, HTTP and the storage.

#include "actors/actor_store.hpp"
#include "config/listen_address.hpp"
#include "config/options.hpp"
#include "config/processors.hpp"
#include "config/shard_advice.hpp"
#include "http/server/server.hpp"
#include "metrics/family.hpp"
#include "process/abrupt_end.hpp"
#include "process/clock_watch.hpp"
#include "process/descriptors.hpp"
#include "process/heap.hpp"
#include "process/process_report.hpp"
#include "process/standard_streams.hpp"
#include "process/stderr_sink.hpp"
#include "process/stop_signals.hpp"
#include "process/threads.hpp"
#include "rights/scope.hpp"
#include "storage/rocksdb/check.hpp"
#include "storage/rocksdb/rocks_ledger.hpp"
#include "tokens/command_line.hpp"
#include "tokens/token_watch.hpp"
#include "tokens/updates.hpp"

#include <boost/system/system_error.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

/// Listens on every address that the host name has, and returns them.
std::vector<std::string> listen(http::server& server, const config::listen_address& address,
                                bool for_operators) {
  try {
    return for_operators ? server.listen_for_operators(address.host, address.port)
                         : server.listen(address.host, address.port);
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error("cannot listen on " + address.host + ":" + address.port + ": " +
                             error.code().message());
  }
}

/// Listens on all addresses. Returns the endpoints.
std::vector<std::string> listen(http::server& server,
                                const std::vector<config::listen_address>& addresses,
                                bool for_operators = false) {
  std::vector<std::string> endpoints;
  for (const auto& address : addresses)
    for (const auto& endpoint : listen(server, address, for_operators))
      endpoints.push_back(endpoint);
  return endpoints;
}

/// Warns of the ports that other machines reach. Throws std::runtime_error if nothing says what
/// they may do: a name may have another address than it had before.
void check_open_ports(const std::vector<std::string>& endpoints,
                      const std::optional<rights::scope_set>& anonymous, bool has_tokens) {
  std::set<std::string> ports;
  for (const auto& endpoint : endpoints) {
    const auto address = config::listen_address::parse(endpoint);
    if (!address || !address->reaches_other_machines() || !ports.insert(address->port).second)
      continue;
    if (!anonymous && !has_tokens)
      throw std::runtime_error(
          "other machines reach " + endpoint +
          ", and nothing says what they may do: add --tokens FILE or --anonymous SCOPES");
    if (anonymous)
      spdlog::warn("anyone who reaches port {} has these rights: {}; {}", address->port,
                   rights::to_text(*anonymous),
                   has_tokens ? "others need a token" : "there is no authentication");
    if (has_tokens)
      spdlog::warn(
          "whoever listens on the way to port {} can read tokens: put a proxy with TLS "
          "before it",
          address->port);
  }
}

/// Prints a line for each endpoint, for scripts. Goes on if nobody reads stdout.
void print(const std::vector<std::string>& endpoints,
           const std::vector<std::string>& operators_endpoints) {
  std::string lines;
  for (const auto& endpoint : endpoints)
    lines += "listening on http://" + endpoint + "\n";
  for (const auto& endpoint : operators_endpoints)
    lines += "listening for operators on http://" + endpoint + "\n";
  process::print_within(std::chrono::seconds{1}, lines);
}

/// Limits the connections to the descriptors that the process may open. Returns how many of
/// them the tables of a database get.
std::size_t limit_descriptors(config::options& options) {
  auto& limits = options.limits;
  const auto descriptors_max = process::raise_descriptor_limit();
  const bool has_operators = !options.operators_listen.empty();
  const auto budget = process::divide_descriptors(
      descriptors_max, process::descriptors_in_use(),
      {.connections = limits.connections_max,
       .refusals = limits.refusals_max,
       .event_loops = options.threads + (has_operators ? 1 : 0),
       .listen_addresses = options.listen.size() + options.operators_listen.size(),
       .operators = has_operators ? counter::limits::operators_connections_max : 0,
       .has_database = !options.storage.directory.empty()});
  if (budget.connections < limits.connections_max)
    spdlog::warn(
        "this process may open {} files (ulimit -n), so it serves {} connections at a time "
        "and not --max-connections {}; more get a 503",
        descriptors_max, budget.connections, limits.connections_max);
  limits.connections_max = budget.connections;
  limits.refusals_max = budget.refusals;
  return budget.tables;
}

/// A hundred thousand busy counters can change several times before their rows are
/// written, and the next start has little to read.
constexpr std::size_t write_buffer_bytes_max = std::size_t{16} << 20;

/// Returns null if the counters are in memory only.
std::unique_ptr<storage::rocks_ledger> open_ledger(const config::storage_options& options,
                                                   std::size_t tables,
                                                   process::stop_signals& signals) {
  if (options.directory.empty())
    return nullptr;
  return std::make_unique<storage::rocks_ledger>(
      storage::settings{.directory = options.directory,
                        .memory = options.memory / 2,
                        .write_buffer = std::min(write_buffer_bytes_max, options.memory / 32),
                        .tables_max = tables,
                        .durability = options.durability,
                        .on_failure = [&signals] { signals.fail(); }});
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

/// Returns where the counters are, for the log.
std::string store_name(const config::storage_options& options) {
  return options.directory.empty() ? "memory" : "rocksdb:" + options.directory;
}

/// Says so if more shards would serve more. Those on a disk share its log, whatever their number.
void advise_shards(const config::options& options) {
  if (!options.storage.directory.empty())
    return;
  if (const auto better =
          config::better_shards(options.shards, options.threads, config::processors()))
    spdlog::info("--shards {} would serve more than {}: four event loops keep a shard busy",
                 *better, options.shards);
}

/// Serves until a signal arrives. `watch` is null if there are no tokens. Returns the exit code.
int run(config::options options, tokens::token_watch* watch, const process::stderr_sink& log) {
  process::clock_watch clock;
  process::idle_trim trim;
  tokens::updates updates;
  const auto tick = [&clock, &trim, &updates] {
    clock.check();
    trim.check();
    process::sample_descriptors();
    updates.check(false);
  };
  const auto hangup = [&updates] { updates.check(true); };
  process::stop_signals signals{
      tick, watch != nullptr ? hangup : std::function<void()>{}};  // before there are threads
  // Not destroyed if the start fails: a destructor may wait for a thread that was never there.
  std::unique_ptr<storage::rocks_ledger> ledger;
  std::unique_ptr<actors::actor_store> store;
  std::unique_ptr<http::server> server;
  for (const auto& warning : options.warnings)
    spdlog::warn(warning);
  try {
    const auto tables = limit_descriptors(options);
    process::require_threads(config::threads_of(options));
    // A database (RocksDB 7.8) or an actor_system (CAF 0.17.6) that is refused a thread crashes
    // while its exception unwinds.
    process::call_without_unwinding([&] {
      ledger = open_ledger(options.storage, tables, signals);
      store = open_store(options, ledger.get());
    });
    server = std::make_unique<http::server>(COUNTERD_VERSION, options.limits, options.access,
                                            options.threads, *store);
    const auto endpoints = listen(*server, options.listen);
    check_open_ports(endpoints, options.access.remote, watch != nullptr);
    const auto operators_endpoints = listen(*server, options.operators_listen, true);
    process::sample_descriptors();
    for (const auto& endpoint : operators_endpoints)
      if (const auto address = config::listen_address::parse(endpoint);
          address && address->reaches_other_machines())
        spdlog::info("anyone who reaches {} may read the metrics", endpoint);
    server->add_report(&process::report_process);
    server->add_report([&log](metrics::report& report) {
      report.add(metrics::kind::counter, "counterd_log_lines_dropped_total",
                 "Lines of the log that nobody read in time.", log.dropped_lines());
    });
    server->start();
    if (watch != nullptr)
      updates.begin(*watch, [&server](const auto& tokens) { server->set_tokens(tokens); });
    signals.set_delay(options.drain_delay);
    // Nothing can refuse any more.
    signals.complete_start();
    print(endpoints, operators_endpoints);
    if (!options.storage.memory_warning.empty())
      spdlog::warn(options.storage.memory_warning);
  } catch (const std::exception& error) {
    process::end_start(error);
  }
  process::abort_on_exception();
  spdlog::info("counterd " COUNTERD_VERSION " started: threads={} shards={} store={}",
               options.threads, options.shards, store_name(options.storage));
  advise_shards(options);
  const int received = signals.wait();
  const bool leaves = options.drain_delay.count() > 0 && !signals.has_failed();
  if (leaves)
    server->begin_leaving(options.drain_delay);
  if (signals.has_failed())
    spdlog::info("stopping, because the disk has failed");
  else
    spdlog::info("stopping on {}", received == SIGINT ? "SIGINT" : "SIGTERM");
  if (leaves)
    signals.wait_for_delay();
  server->stop();
  store->close();
  server.reset();
  store.reset();
  ledger.reset();
  spdlog::info("stopped");
  return signals.has_failed() ? EXIT_FAILURE : EXIT_SUCCESS;
}

/// Verifies a data directory. Returns the exit code.
int check(const config::check_request& request) {
  process::unblock_hangup();
  const auto report = storage::check(request.directory);
  for (const auto& damage : report.damages)
    process::print_error({"counterd: ", damage, "\n"});
  process::print("counters: " + std::to_string(report.counters) +
                 "\nidempotency records: " + std::to_string(report.idempotency_records) + "\n" +
                 (report.damages.empty() ? "ok" : "damaged: restore a backup") + "\n");
  return report.damages.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

/// Logs to stderr from now on.
std::shared_ptr<process::stderr_sink> open_log(spdlog::level::level_enum level) {
  auto sink = std::make_shared<process::stderr_sink>();
  auto logger = std::make_shared<spdlog::logger>("counterd", sink);
  // spdlog's own handler prints to stderr, and waits until somebody reads it.
  logger->set_error_handler([](const std::string& /*message*/) {});
  spdlog::set_default_logger(std::move(logger));
  spdlog::set_level(level);
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  return sink;
}

/// Reads the token file. Returns null if there is none, or if it is faulty, with a line on stderr.
std::unique_ptr<tokens::token_watch> open_tokens(config::options& options) {
  if (options.tokens_file.empty())
    return nullptr;
  try {
    auto watch = std::make_unique<tokens::token_watch>(options.tokens_file);
    options.access.tokens = watch->tokens();
    return watch;
  } catch (const std::exception& error) {
    process::print_error({"counterd: --tokens: ", error.what(), "\n"});
    return nullptr;
  }
}

/// Does what the command line asks for. Returns the exit code.
int execute(int argc, char** argv) {
  auto parsed = config::parse_options(argc, argv);
  if (const auto* exit = std::get_if<config::early_exit>(&parsed)) {
    if (exit->code == 0)
      process::print(exit->text);
    else
      process::print_error({exit->text});
    return exit->code;
  }
  if (const auto* request = std::get_if<config::token_request>(&parsed)) {
    process::unblock_hangup();
    return tokens::execute(*request);
  }
  if (const auto* request = std::get_if<config::check_request>(&parsed)) {
    open_log(spdlog::level::warn);
    return check(*request);
  }
  auto& options = std::get<config::options>(parsed);
  if (const auto exposure = config::exposure_of(options); !exposure.empty()) {
    process::print_error({"counterd: ", exposure, " (see --help)\n"});
    return 2;
  }
  const auto watch = open_tokens(options);
  if (!watch && !options.tokens_file.empty())
    return 2;
  const auto log = open_log(options.log_level);
  return run(std::move(options), watch.get(), *log);
}

}  // namespace

int main(int argc, char** argv) {
  process::block_hangup();
  process::end_start_on_exception();
  try {
    process::fill_standard_descriptors();
    process::reuse_freed_memory();
    return execute(argc, argv);
  } catch (const std::exception& error) {
    process::end_start(error);
  }
}
