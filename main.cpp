// counterd: flags -> limits -> ledger -> store -> server -> signals. The only file
// that sees the actors, HTTP and the storage.

#include "actors/actor_store.hpp"
#include "config/options.hpp"
#include "config/stderr_sink.hpp"
#include "http/server/server.hpp"
#include "storage/rocksdb/check.hpp"
#include "storage/rocksdb/rocks_ledger.hpp"

#include <boost/system/system_error.hpp>

#include <spdlog/spdlog.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

namespace {

/// SIGTERM and SIGINT, kept from every thread so that one can wait for them.
class stop_signals {
public:
  stop_signals() {
    std::signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    // A shell starts background jobs with SIGINT ignored; we mean it.
    std::signal(SIGINT, SIG_DFL);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }

  /// Returns at the first one. A second one then ends the process at once.
  int wait() {
    int received = 0;
    sigwait(&set_, &received);
    pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
    return received;
  }

private:
  sigset_t set_;
};

/// Whoever starts us with stdin, stdout or stderr closed must not have a socket
/// take its place and get what is printed.
void fill_standard_descriptors() {
  int descriptor;
  do {
    descriptor = ::open("/dev/null", O_RDWR);
  } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
  ::close(descriptor);
}

/// As many descriptors as the system gives us without asking an administrator.
void raise_descriptor_limit(std::size_t connections_max) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  constexpr rlim_t ours = 100;  // listening sockets, event loops
  if (limit.rlim_cur < connections_max + ours)
    spdlog::warn("--max-connections {} is more than the {} files this process may open",
                 connections_max, limit.rlim_cur);
}

/// What a burst of large requests took goes back to the system when they are
/// answered, and does not stay with a process that is idle again.
void give_memory_back() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 64 * 1024);
  mallopt(M_TRIM_THRESHOLD, 1024 * 1024);
#endif
}

/// Returns the addresses.
std::vector<std::string> listen(http::server& server, const config::listen_address& where) {
  try {
    return server.listen(where.host, where.port);
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error("cannot listen on " + where.host + ":" + where.port + ": " +
                             error.code().message());
  }
}

/// Says where, on stdout for scripts; only when it is true of all places.
void listen(http::server& server, const std::vector<config::listen_address>& places) {
  std::string lines;
  for (const auto& where : places)
    for (const auto& address : listen(server, where))
      lines += "listening on http://" + address + "\n";
  std::fputs(lines.c_str(), stdout);
  std::fflush(stdout);
}

/// A disk that has failed: the process ends, as on a signal, but not well.
class disk_failure {
public:
  /// Thread-safe.
  void tell() noexcept {
    is_told_ = true;
    ::kill(::getpid(), SIGTERM);
  }

  bool is_told() const noexcept { return is_told_; }

private:
  std::atomic<bool> is_told_ = false;
};

/// Enough for a hundred thousand busy counters to change several times before their
/// rows follow, and little to read at the next start.
constexpr std::size_t write_buffer_bytes_max = std::size_t{16} << 20;

/// Null: in memory.
std::unique_ptr<storage::rocks_ledger> open_ledger(const config::storage_options& options,
                                                   disk_failure& failure) {
  if (options.directory.empty())
    return nullptr;
  return std::make_unique<storage::rocks_ledger>(
      storage::settings{.directory = options.directory,
                        .memory = options.memory / 2,
                        .write_buffer = std::min(write_buffer_bytes_max, options.memory / 32),
                        .durability = options.durability,
                        .on_failure = [&failure] { failure.tell(); }});
}

std::unique_ptr<actors::actor_store> open_store(const config::options& options,
                                                storage::rocks_ledger* ledger) {
  if (ledger == nullptr)
    return std::make_unique<actors::actor_store>(options.shards, options.limits);
  const auto& how = options.storage;
  // The other half: the ledger has a cache of its own.
  return std::make_unique<actors::actor_store>(options.shards, options.limits, *ledger,
                                               how.durability, how.memory - how.memory / 2);
}

/// Returns what the process ends with.
int run(const config::options& options) {
  stop_signals signals;  // before there are threads
  raise_descriptor_limit(options.limits.connections_max);
  disk_failure failure;
  const auto ledger = open_ledger(options.storage, failure);
  const auto store = open_store(options, ledger.get());
  http::server server{COUNTERD_VERSION, options.limits, options.threads, *store};
  listen(server, options.listen);
  server.start();
  spdlog::info("counterd " COUNTERD_VERSION " started: threads={} shards={}", options.threads,
               options.shards);
  const int received = signals.wait();
  if (failure.is_told())
    spdlog::info("stopping, because the disk has failed");
  else
    spdlog::info("stopping on {}", received == SIGINT ? "SIGINT" : "SIGTERM");
  server.stop();
  store->close();
  spdlog::info("stopped");
  return failure.is_told() ? EXIT_FAILURE : EXIT_SUCCESS;
}

/// Likewise.
int check(const config::check_request& request) {
  const auto found = storage::check(request.directory);
  for (const auto& damage : found.damages)
    std::fprintf(stderr, "counterd: %s\n", damage.c_str());
  std::printf("counters: %llu\nidempotency records: %llu\n%s\n",
              static_cast<unsigned long long>(found.counters),
              static_cast<unsigned long long>(found.idempotency_records),
              found.damages.empty() ? "ok" : "damaged: restore a backup");
  return found.damages.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  fill_standard_descriptors();
  give_memory_back();
  const auto parsed = config::parse_options(argc, argv);
  if (const auto* exit = std::get_if<config::early_exit>(&parsed)) {
    std::fputs(exit->text.c_str(), exit->code == 0 ? stdout : stderr);
    return exit->code;
  }
  const auto* options = std::get_if<config::options>(&parsed);
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("counterd", std::make_shared<config::stderr_sink>()));
  spdlog::set_level(options != nullptr ? options->log_level : spdlog::level::warn);
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  try {
    return options != nullptr ? run(*options) : check(std::get<config::check_request>(parsed));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "counterd: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
