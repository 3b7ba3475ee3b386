#include "process/descriptors.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>

#include <sys/resource.h>

namespace process {

namespace {

/// The fewest that RocksDB works with, and enough for 250 GiB of tables.
constexpr std::size_t tables_min = 20;
constexpr std::size_t tables_max = 4096;

/// What a database has open besides its tables: logs, the MANIFEST, directories, what a flush,
/// a compaction and a backup write, the watermark, locks.
constexpr std::size_t files_besides_tables = 20;

/// What opens addresses, and what libraries open for a moment.
constexpr std::size_t others = 8;

}  // namespace

descriptor_budget divide_descriptors(std::size_t limit, std::size_t in_use,
                                     const descriptor_needs& needs) {
  descriptor_budget budget;
  // A loop has an epoll set, an eventfd, and a connection that it accepts only to close it.
  auto taken =
      in_use + others + needs.operators + needs.event_loops * (3 + 2 * needs.listen_addresses);
  if (needs.has_database) {
    budget.tables = std::clamp(limit / 4, tables_min, tables_max);
    taken += budget.tables + files_besides_tables;
  }
  if (limit <= taken)
    throw std::runtime_error("this process may open " + std::to_string(limit) +
                             " files, and needs at least " + std::to_string(taken + 1) +
                             " (ulimit -n)");
  const auto left = limit - taken;
  budget.refusals = std::min(needs.refusals, left / 8);
  budget.connections = std::min(needs.connections, left - budget.refusals);
  return budget;
}

std::size_t raise_descriptor_limit() noexcept {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

std::size_t descriptors_in_use() {
  constexpr std::size_t standard = 3;
  std::error_code error;
  const std::filesystem::directory_iterator open{"/proc/self/fd", error};
  if (error)
    return standard;
  // One is that of the iterator.
  const auto count = std::distance(begin(open), end(open)) - 1;
  return std::max(standard, static_cast<std::size_t>(count));
}

}  // namespace process
