#include "tests/engine/support/service.hpp"

#include "tests/paths.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace support {

std::unique_ptr<process> start_service(const words& command, const std::string& log) {
  words all{
      "sh",      "-c", "exec \"$@\" >>\"$0\" 2>&1", log, COUNTERD_SOURCE_DIR "/scripts/postgres",
      "as-owner"};
  all.insert(all.end(), command.begin(), command.end());
  return std::make_unique<process>(all);
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file{path};
  file << text;
  if (!file.flush())
    throw std::runtime_error{"cannot write " + path};
  std::filesystem::permissions(path, std::filesystem::perms{0644});
}

void wait_until(const std::string& what, const std::function<bool()>& is_so) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes{1};
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > end)
      throw std::runtime_error{"not after a minute: " + what};
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
}

}  // namespace support
