#include "tests/proxies/scenarios.hpp"

#include <exception>

namespace support {

std::string defect_behind(const std::string& proxy_name, scenario defect_of,
                          const std::vector<edit>& edits) {
  site site{proxy_name, edits};
  try {
    return defect_of(site);
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace support
