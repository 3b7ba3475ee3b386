#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace support {

using words = std::vector<std::string>;

/// The parameters of a program. Its environment has no other COUNTERD_* variables.
struct setting {
  words environment{};             ///< NAME=VALUE
  unsigned descriptors_max = 0;    ///< the soft and hard limit; 0: inherited
  bool ignores_interrupt = false;  ///< SIGINT is ignored, as in background jobs of a shell
  words listen{"127.0.0.1:0"};     ///< a server's --listen flags
  words runner{};                  ///< a command that executes the server
  std::vector<int> sockets{};      ///< descriptors that a service manager hands over
  std::string socket_names{};      ///< LISTEN_FDNAMES
};

/// A running program. Used by the thread that started it. Functions throw when
/// their event does not happen in time.
class process {
public:
  explicit process(const words& command, const setting& options = {});
  /// Kills the program.
  ~process();
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  void signal(int number) const;

  /// Waits until stderr contains `text`, behind its first `skipped` bytes, and returns stderr.
  std::string wait_for_log(const std::string& text, std::size_t skipped = 0);
  /// Closes the reading end of stderr.
  void close_log();

  struct ending {
    int exit_code = -1;  ///< -1: a signal ended it
    int signal = 0;      ///< the signal that ended it, or 0
    std::string output;  ///< stdout
    std::string log;     ///< stderr
  };
  ending wait(std::chrono::seconds patience = std::chrono::seconds{20});

  pid_t id() const { return id_; }
  /// Returns its resident memory.
  std::size_t resident_bytes() const;
  /// Returns the page faults that needed no disk.
  std::uint64_t page_faults() const;
  /// Returns its processor time.
  std::chrono::milliseconds busy_time() const;

protected:
  /// Waits for more output. Returns false at its end: the program is about to exit.
  bool read_some(std::chrono::steady_clock::time_point end);

  std::string output_;

private:
  std::istringstream stat_from(int first) const;

  pid_t id_ = -1;
  int output_pipe_ = -1;
  int log_pipe_ = -1;
  std::string log_;
};

struct test_store;

/// A listening counterd, by default on a free port. It counts in memory, unless the flags or the
/// environment name a store, see test_store.
class server_process : public process {
public:
  explicit server_process(const words& flags = {}, const setting& options = {});

  /// Sends SIGTERM and waits for the exit.
  ending stop();

  /// Returns the addresses that it printed, in order, first those of --listen: `127.0.0.1:12345`,
  /// `unix:PATH`.
  const words& addresses() const { return addresses_; }
  /// Returns the port of an address. If two servers count together, they take turns.
  std::uint16_t port(std::size_t index = 0) const;

private:
  server_process(const words& flags, const setting& options, const test_store& store);

  words addresses_;
  std::unique_ptr<server_process> second_;
  mutable std::atomic<unsigned> turns_ = 0;
};

/// Starts the program with these arguments only; does not wait for it.
words counterd(const words& arguments);

}  // namespace support
