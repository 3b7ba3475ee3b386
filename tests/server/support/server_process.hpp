#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace support {

using words = std::vector<std::string>;

/// How a program starts. Its environment has no COUNTERD_* but these.
struct setting {
  words environment{};             ///< NAME=VALUE
  unsigned descriptors_max = 0;    ///< its limit, soft and hard; 0: ours
  bool ignores_interrupt = false;  ///< SIGINT, as a shell's background jobs do
  words listen{"127.0.0.1:0"};     ///< a server's --listen flags
  words runner{};                  ///< a command that becomes the server
};

/// A running program. Used by the thread that started it. Whatever does not
/// happen in time throws.
class process {
public:
  explicit process(const words& command, const setting& how = {});
  /// Kills it.
  ~process();
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  void signal(int number) const;

  /// Returns what it has written to stderr as soon as that contains `text`.
  std::string wait_for_log(const std::string& text);
  /// Nobody reads its stderr any more.
  void close_log();

  struct ending {
    int exit_code = -1;  ///< -1: it did not exit by itself
    int signal = 0;      ///< that ended it, or 0
    std::string output;  ///< stdout
    std::string log;     ///< stderr
  };
  ending wait(std::chrono::seconds patience = std::chrono::seconds{20});

  pid_t id() const { return id_; }
  /// What it has in memory.
  std::size_t resident_bytes() const;
  /// The time that it has kept processors busy.
  std::chrono::milliseconds busy_time() const;

protected:
  /// Waits for more output; false when it has ended, and so will the program.
  bool read_some(std::chrono::steady_clock::time_point end);

  std::string output_;

private:
  pid_t id_ = -1;
  int output_pipe_ = -1;
  int log_pipe_ = -1;
  std::string log_;
};

/// A counterd that listens, by default on a free port.
class server_process : public process {
public:
  explicit server_process(const words& flags = {}, const setting& how = {});

  /// SIGTERM, and waits for the end.
  ending stop();

  /// Where it says that it listens, in its order: `127.0.0.1:12345`.
  const words& addresses() const { return addresses_; }
  std::uint16_t port(std::size_t which = 0) const;

private:
  words addresses_;
};

/// The program with these arguments and nothing else; does not wait for it.
words counterd(words arguments);

}  // namespace support
