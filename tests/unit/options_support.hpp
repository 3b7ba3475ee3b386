#pragma once

#include "config/options.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <unistd.h>

namespace unit {

using arguments = std::vector<std::string>;

inline config::request parse(const arguments& flags) {
  std::vector<const char*> argv{"counterd"};
  for (const auto& flag : flags)
    argv.push_back(flag.c_str());
  return config::parse_options(static_cast<int>(argv.size()), argv.data());
}

inline config::options accepted(const arguments& flags) {
  const auto parsed = parse(flags);
  if (const auto* refused = std::get_if<config::early_exit>(&parsed))
    FAIL(refused->text);
  return std::get<config::options>(parsed);
}

inline void check_refused(const arguments& flags, std::string_view mentions) {
  CAPTURE(mentions);
  const auto parsed = parse(flags);
  REQUIRE(std::holds_alternative<config::early_exit>(parsed));
  const auto& [code, text, faults] = std::get<config::early_exit>(parsed);
  CAPTURE(text);
  CHECK(code != 0);
  CHECK(faults.size() <= 1);
  CHECK(text.find('\n') == text.size() - 1);
  CHECK(text.find(mentions) != text.npos);
}

/// Returns the path below the working directory.
inline std::string absolute(const std::string& path) {
  return (std::filesystem::current_path() / path).string();
}

class environment_variable {
public:
  environment_variable(const char* name, const std::string& value) : name_(name) {
    ::setenv(name, value.c_str(), 1);
  }
  ~environment_variable() { ::unsetenv(name_); }
  environment_variable(const environment_variable&) = delete;
  environment_variable& operator=(const environment_variable&) = delete;

private:
  const char* name_;
};

class config_file {
public:
  explicit config_file(std::string_view text) { std::ofstream{path_} << text; }
  ~config_file() { std::filesystem::remove(path_); }
  config_file(const config_file&) = delete;
  config_file& operator=(const config_file&) = delete;

  const std::string& path() const { return path_; }

private:
  // Cases of one program run in parallel, each in a process of its own.
  std::string path_ = (std::filesystem::temp_directory_path() /
                       ("counterd-options-" + std::to_string(::getpid()) + ".toml"))
                          .string();
};

}  // namespace unit
