// A config file is settings, and faults with the number of a line that it has. What `check-config`
// prints of the settings means the same.

#include "config/config_file.hpp"
#include "config/flag_value.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

const std::string path = "a file";

void check_line(const config::setting& setting, std::string_view text, std::size_t& line) {
  REQUIRE(setting.line >= line);
  line = setting.line;
  // Behind the last line feed there may be one more.
  REQUIRE(line <= 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')));
}

void check_fault(const config::setting& setting) {
  REQUIRE(setting.name.empty() && setting.values.empty());
  REQUIRE(setting.fault.starts_with(path + ":"));
  REQUIRE(setting.fault.find('\n') == setting.fault.npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  std::vector<config::flag_value> meant;
  std::size_t line = 0;
  for (auto& setting : config::parse_config(text, path)) {
    check_line(setting, text, line);
    if (!setting.fault.empty()) {
      check_fault(setting);
      continue;
    }
    meant.push_back({"name", std::move(setting.values), "--name", false});
  }
  const auto again = config::parse_config(config::to_config_file(meant), path);
  REQUIRE(again.size() == meant.size());
  for (std::size_t i = 0; i < meant.size(); ++i) {
    const auto& values = meant[i].values;
    if (values.empty())  // an empty array
      REQUIRE(!again[i].fault.empty());
    else
      REQUIRE(again[i].name == "name" && again[i].values == values);
  }
  return 0;
}
