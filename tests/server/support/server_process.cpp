#include "tests/server/support/server_process.hpp"

#include "tests/paths.hpp"
#include "tests/server/support/secrets.hpp"
#include "tests/server/support/test_store.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace support {

namespace {

using std::chrono::steady_clock;

words environment_with(const words& more) {
  words all = more;  // the first of two values takes effect
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (!std::string_view{*entry}.starts_with("COUNTERD_"))
      all.emplace_back(*entry);
  return all;
}

std::vector<char*> pointers(words& texts) {
  std::vector<char*> result;
  for (auto& text : texts)
    result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// A variable whose value is set in the forked process: it is its own process number.
constexpr std::string_view process_variable = "LISTEN_PID=";

/// Gives the process the descriptors as those of a service manager: from 3 on.
void hand_over(const std::vector<int>& sockets, char** environment) {
  // Out of the way of each other first.
  constexpr int first = 3, apart = 100;
  const int count = static_cast<int>(sockets.size());
  for (int i = 0; i < count; ++i)
    dup2(sockets[static_cast<std::size_t>(i)], first + apart + i);
  for (int i = 0; i < count; ++i)
    dup2(first + apart + i, first + i);
  for (int i = 0; i < count; ++i)
    close(first + apart + i);
  for (; *environment != nullptr; ++environment)
    if (std::string_view{*environment}.starts_with(process_variable)) {
      auto* digits = *environment + process_variable.size();
      *std::to_chars(digits, digits + 16, getpid()).ptr = '\0';
    }
}

/// Runs in the forked process, where allocation is not allowed.
[[noreturn]] void become(char** command, char** environment, const setting& options) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // an aborted test run leaves no process behind
  std::signal(SIGPIPE, SIG_DFL);
  std::signal(SIGINT, options.ignores_interrupt ? SIG_IGN : SIG_DFL);
  if (options.descriptors_max > 0) {
    const rlimit limit{options.descriptors_max, options.descriptors_max};
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  if (!options.sockets.empty())
    hand_over(options.sockets, environment);
  execvpe(command[0], command, environment);
  _exit(127);
}

words server_command(const words& flags, const setting& options, const test_store& store) {
  auto command = counterd({});
  command.insert(command.begin(), options.runner.begin(), options.runner.end());
  for (const auto& address : options.listen)
    command.insert(command.end(), {"--listen", address});
  command.insert(command.end(), flags.begin(), flags.end());
  command.insert(command.end(), store.flags.begin(), store.flags.end());
  return command;
}

}  // namespace

process::process(const words& command, const setting& options) {
  auto arguments = command;
  auto environment = environment_with(options.environment);
  if (!options.sockets.empty()) {
    environment.push_back(std::string{process_variable} + std::string(16, '0'));
    environment.push_back("LISTEN_FDS=" + std::to_string(options.sockets.size()));
    environment.push_back("LISTEN_FDNAMES=" + options.socket_names);
  }
  auto argument_pointers = pointers(arguments);
  auto environment_pointers = pointers(environment);
  int output[2];
  int log[2];
  if (pipe2(output, O_CLOEXEC) != 0 || pipe2(log, O_CLOEXEC) != 0)
    throw std::system_error{errno, std::generic_category(), "pipe"};
  id_ = fork();
  if (id_ == 0) {
    dup2(output[1], STDOUT_FILENO);
    dup2(log[1], STDERR_FILENO);
    become(argument_pointers.data(), environment_pointers.data(), options);
  }
  close(output[1]);
  close(log[1]);
  output_pipe_ = output[0];
  log_pipe_ = log[0];
}

process::~process() {
  if (id_ > 0) {
    kill(id_, SIGKILL);
    waitpid(id_, nullptr, 0);
  }
  if (output_pipe_ >= 0)
    close(output_pipe_);
  close_log();
}

void process::signal(int number) const {
  kill(id_, number);
}

std::string process::wait_for_log(const std::string& text, std::size_t skipped) {
  const auto end = steady_clock::now() + std::chrono::seconds{20};
  while (log_.find(text, skipped) == log_.npos)
    if (!read_some(end))
      throw std::runtime_error{"it ended without \"" + text + "\": " + log_};
  refuse_secrets(log_);
  return log_;
}

void process::close_log() {
  if (log_pipe_ >= 0)
    close(std::exchange(log_pipe_, -1));
}

process::ending process::wait(std::chrono::seconds patience) {
  const auto end = steady_clock::now() + patience;
  while (read_some(end)) {
  }
  int status = 0;
  waitpid(std::exchange(id_, -1), &status, 0);
  ending result;
  if (WIFEXITED(status))
    result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status))
    result.signal = WTERMSIG(status);
  result.output = output_;
  result.log = log_;
  refuse_secrets(output_);
  refuse_secrets(log_);
  return result;
}

std::size_t process::resident_bytes() const {
  std::ifstream file{"/proc/" + std::to_string(id_) + "/statm"};
  std::size_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// Returns /proc/PID/stat from the field `first` on; fields count from 1, and `first` is at
/// least 3.
std::istringstream process::stat_from(int first) const {
  std::ifstream file{"/proc/" + std::to_string(id_) + "/stat"};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  // The name, in parentheses, may contain spaces.
  text.erase(0, text.rfind(')') + 1);
  std::istringstream fields{text};
  std::string skipped;
  for (int field = 3; field < first; ++field)
    fields >> skipped;
  return fields;
}

std::uint64_t process::page_faults() const {
  std::uint64_t count = 0;
  stat_from(10) >> count;
  return count;
}

std::chrono::milliseconds process::busy_time() const {
  long user = 0;
  long system = 0;
  stat_from(14) >> user >> system;
  return std::chrono::milliseconds{(user + system) * 1000 / sysconf(_SC_CLK_TCK)};
}

bool process::read_some(steady_clock::time_point end) {
  if (output_pipe_ < 0 && log_pipe_ < 0)
    return false;
  pollfd pipes[]{{output_pipe_, POLLIN, 0}, {log_pipe_, POLLIN, 0}};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now()).count();
  if (poll(pipes, 2, std::max(0, static_cast<int>(left))) == 0)
    throw std::runtime_error{"the program does not get on: " + output_ + log_};
  bool is_open = false;
  int* const descriptors[] = {&output_pipe_, &log_pipe_};
  std::string* const texts[] = {&output_, &log_};
  for (int i = 0; i < 2; ++i) {
    if (pipes[i].revents != 0) {
      char buffer[4096];
      const auto bytes = read(pipes[i].fd, buffer, sizeof buffer);
      texts[i]->append(buffer, static_cast<std::size_t>(std::max<ssize_t>(bytes, 0)));
      if (bytes <= 0)  // poll() would return at once for ever
        close(std::exchange(*descriptors[i], -1));
    }
    is_open |= *descriptors[i] >= 0;
  }
  return is_open;
}

server_process::server_process(const words& flags, const setting& options)
    : server_process(flags, options, store_for(flags)) {}

server_process::server_process(const words& flags, const setting& options, const test_store& store)
    : process(server_command(flags, options, store), options) {
  const auto end = steady_clock::now() + std::chrono::seconds{20};
  const std::string prefixes[] = {"listening on http://", "listening for operators on http://",
                                  "listening on ", "listening for operators on "};
  const auto operators = std::count(flags.begin(), flags.end(), "--ops-listen");
  const auto expected = std::max<std::size_t>(1, options.listen.size() + options.sockets.size()) +
                        static_cast<std::size_t>(operators);
  for (std::size_t begin = 0; addresses_.size() < expected;) {
    const auto line_end = output_.find('\n', begin);
    if (line_end == output_.npos) {
      if (!read_some(end))
        throw std::runtime_error{"the server did not start: " + wait().log};
      continue;
    }
    const auto line = output_.substr(begin, line_end - begin);
    const auto* prefix = std::find_if(std::begin(prefixes), std::end(prefixes),
                                      [&](const auto& one) { return line.starts_with(one); });
    if (prefix == std::end(prefixes))
      throw std::runtime_error{"unexpected output: " + line};
    addresses_.push_back(line.substr(prefix->size()));
    begin = line_end + 1;
  }
  if (store.has_two_servers)
    second_.reset(new server_process{flags, options, {store.flags, false}});
}

process::ending server_process::stop() {
  if (second_)
    second_->stop();
  signal(SIGTERM);
  return wait();
}

std::uint16_t server_process::port(std::size_t index) const {
  if (second_ && turns_++ % 2 == 1)
    return second_->port(index);
  const auto& address = addresses_.at(index);
  return static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1)));
}

words counterd(const words& arguments) {
  words command{COUNTERD_BINARY};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

}  // namespace support
