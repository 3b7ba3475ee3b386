#include "process/process_report.hpp"

#include "process/descriptors.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>

#include <sys/resource.h>
#include <unistd.h>

namespace process {

namespace {

using metrics::kind;

std::atomic<std::size_t> descriptors = 0;

const auto start_time = std::chrono::system_clock::now();

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

/// See proc(5). 0 if it cannot be found out.
std::uint64_t resident_bytes() {
  std::ifstream file{"/proc/self/statm"};
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  file >> size >> resident;
  return file ? resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) : 0;
}

std::uint64_t descriptors_max() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

}  // namespace

void sample_descriptors() {
  descriptors = descriptors_in_use();
}

void report_process(metrics::report& report) {
  report.add(kind::counter, "process_cpu_seconds_total", "User and system time.",
             processor_seconds());
  report.add(kind::gauge, "process_resident_memory_bytes", "Resident memory.", resident_bytes());
  report.add(kind::gauge, "process_open_fds", "Descriptors that were open some seconds ago.",
             descriptors.load());
  report.add(kind::gauge, "process_max_fds", "Descriptors that may be open.", descriptors_max());
  report.add(kind::gauge, "process_start_time_seconds",
             "When the process started, in seconds of Unix time.",
             std::chrono::duration<double>{start_time.time_since_epoch()}.count());
}

}  // namespace process
