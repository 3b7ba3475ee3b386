#include "tests/storage/support/child.hpp"

#include "tests/storage/support/fault_file_system.hpp"
#include "tests/storage/support/script.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace storage_tests {

int killed_at(std::uint64_t call, const std::filesystem::path& directory, std::uint64_t seed) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  std::array<std::string, 5> words{"/proc/self/exe", "--child", std::to_string(call),
                                   directory.string(), std::to_string(seed)};
  std::array<char*, 6> arguments{};
  std::transform(words.begin(), words.end(), arguments.begin(),
                 [](auto& word) { return word.data(); });
  pid_t child = 0;
  const int error =
      ::posix_spawn(&child, "/proc/self/exe", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  if (error != 0)
    throw std::runtime_error("no process");
  int committed = 0;
  std::array<char, 64> bytes{};
  for (ssize_t count = 0; (count = ::read(pipe[0], bytes.data(), bytes.size())) > 0;)
    committed += static_cast<int>(count);
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? committed : -1;
}

int child_main(int argc, char** argv) {
  if (argc != 5)
    return EXIT_FAILURE;
  const std::filesystem::path directory{argv[3]};
  const auto file_system = std::make_shared<fault_file_system>(directory);
  file_system->begin(
      {.at = std::strtoull(argv[2], nullptr, 10), .fault = fault_file_system::fault::kill});
  auto settings = small(directory);
  settings.file_system = file_system;
  run_script(settings, {}, std::strtoull(argv[4], nullptr, 10), [](const account& known) {
    const char byte = '.';
    if (known.full + known.unknown + known.refused > 0 || ::write(STDOUT_FILENO, &byte, 1) != 1)
      std::_Exit(EXIT_FAILURE);
  });
  return EXIT_SUCCESS;
}

}  // namespace storage_tests
