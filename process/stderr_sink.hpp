#pragma once

#include "process/stderr_output.hpp"

#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

namespace process {

/// Logs to stderr without blocking (see stderr_output for the exceptions): it drops lines while
/// the reader does not read, so that an unattended pager or terminal cannot stop the server.
/// With the next line that has room it reports how many were dropped. Thread-safe.
class stderr_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
  /// Returns how many lines were dropped since the start. Thread-safe.
  std::uint64_t dropped_lines() const noexcept { return all_dropped_; }

protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}

private:
  void drop() noexcept;
  bool write_rest();

  stderr_output output_;
  std::string rest_;           // of a line for which there was too little room
  std::uint64_t dropped_ = 0;  // since the last report
  std::atomic<std::uint64_t> all_dropped_ = 0;
};

}  // namespace process
