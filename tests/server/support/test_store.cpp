#include "tests/server/support/test_store.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <unistd.h>

namespace support {

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string new_schema() {
  static int schemas = 0;
  return "test_" + std::to_string(getpid()) + "_" + std::to_string(++schemas);
}

void add_schema(const std::string& url, const std::string& name) {
  process printing{counterd({"engine-schema", "--engine-schema", name})};
  const auto printed = printing.wait();
  process adding{{"psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", printed.output}};
  if (const auto added = adding.wait(); printed.exit_code != 0 || added.exit_code != 0)
    throw std::runtime_error{"there is no schema for the test: " + printed.log + added.log};
}

}  // namespace

test_store store_for(const words& flags) {
  const auto url = variable("COUNTERD_TEST_ENGINE");
  const auto names_store = [](const std::string& flag) {
    return flag == "--data" || flag == "--engine" || flag.starts_with("--data=");
  };
  const auto servers = variable("COUNTERD_TEST_SERVERS");
  if (servers.empty() || std::any_of(flags.begin(), flags.end(), names_store))
    return {};
  if (url.empty())
    throw std::runtime_error{"these tests need a database: scripts/check-engine starts one"};
  const auto schema = new_schema();
  add_schema(url, schema);
  return {{"--engine", url, "--engine-schema", schema}, servers == "2"};
}

}  // namespace support
