#include "tests/server/durable/support/data.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <sys/stat.h>

namespace support {

namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& file) {
  std::ifstream stream{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

std::string description_of(const fs::path& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0)
    throw std::runtime_error{"cannot examine " + path.string()};
  auto text = std::to_string(status.st_mode) + " " + std::to_string(status.st_mtim.tv_sec) + "." +
              std::to_string(status.st_mtim.tv_nsec) + " ";
  return S_ISREG(status.st_mode) ? text + bytes_of(path) : text;
}

}  // namespace

words stored_in(const std::string& directory, const words& more) {
  words flags{"--data", directory, "--memory", "16M"};
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

contents contents_of(const fs::path& directory) {
  contents found;
  if (!fs::exists(fs::symlink_status(directory)))
    return found;
  found["."] = description_of(directory);
  if (fs::is_directory(directory))
    for (const auto& entry : fs::recursive_directory_iterator{directory})
      found[fs::relative(entry.path(), directory).string()] = description_of(entry.path());
  return found;
}

words differences(const contents& left, const contents& right) {
  words paths;
  for (const auto* side : {&left, &right})
    for (const auto& [path, description] : *side) {
      const auto* other = side == &left ? &right : &left;
      const auto match = other->find(path);
      if (match == other->end() || (side == &left && match->second != description))
        paths.push_back(path);
    }
  return paths;
}

void check_refused(const std::string& directory, const words& reasons, const setting& setting,
                   const words& more) {
  CAPTURE(directory);
  const auto before = contents_of(directory);
  auto command = setting.runner;
  const auto server = counterd({"--listen", "127.0.0.1:0"});
  command.insert(command.end(), server.begin(), server.end());
  const auto flags = stored_in(directory, more);
  command.insert(command.end(), flags.begin(), flags.end());
  const auto ended = process{command, setting}.wait();
  CAPTURE(ended.log);
  CHECK(ended.exit_code > 0);
  CHECK(ended.output == "");
  CHECK(ended.log.starts_with("counterd: " + directory));
  CHECK(std::count(ended.log.begin(), ended.log.end(), '\n') == 1);
  for (const auto& reason : reasons) {
    CAPTURE(reason);
    CHECK(ended.log.find(reason) != ended.log.npos);
  }
  CHECK(differences(before, contents_of(directory)) == words{});
}

process::ending check_of(const std::string& directory) {
  return process{counterd({"check", directory})}.wait();
}

std::string report_of(std::uint64_t counters, std::uint64_t records) {
  return "counters: " + std::to_string(counters) +
         "\nidempotency records: " + std::to_string(records) + "\nok\n";
}

fs::path file_of(const std::string& directory, const std::string& ending) {
  fs::path last;
  for (const auto& entry : fs::directory_iterator{fs::path{directory} / "db"})
    if (const auto name = entry.path().string(); name.ends_with(ending) && name > last.string())
      last = entry.path();
  if (last.empty())
    throw std::runtime_error{"no *" + ending + " in " + directory};
  return last;
}

void flip(const fs::path& file, std::uintmax_t offset) {
  std::fstream stream{file, std::ios::binary | std::ios::in | std::ios::out};
  stream.seekg(static_cast<std::streamoff>(offset));
  const auto byte = static_cast<char>(stream.get() ^ 1);
  stream.seekp(static_cast<std::streamoff>(offset));
  stream.put(byte);
  if (!stream.flush())
    throw std::runtime_error{"cannot change " + file.string()};
}

}  // namespace support
