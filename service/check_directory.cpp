#include "service/check_directory.hpp"

#include "process/standard_streams.hpp"
#include "service/log.hpp"
#include "storage/rocksdb/check.hpp"

#include <cstdlib>
#include <string>

namespace service {

int check(const config::check_request& request) {
  open_log(spdlog::level::warn);
  const auto report = storage::check(request.directory);
  for (const auto& damage : report.damages)
    process::print_error({"counterd: ", damage, "\n"});
  process::print("counters: " + std::to_string(report.counters) +
                 "\nidempotency records: " + std::to_string(report.idempotency_records) + "\n" +
                 (report.damages.empty() ? "ok" : "damaged: restore a backup") + "\n");
  return report.damages.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace service
