#pragma once

#include <spdlog/sinks/base_sink.h>

#include <cstdint>
#include <mutex>

namespace config {

/// Logs to stderr without blocking: it drops lines while the reader does not read, so
/// that an unattended pager cannot stop the server. With the next line that has room it
/// reports how many were dropped. Thread-safe.
class stderr_sink final : public spdlog::sinks::base_sink<std::mutex> {
protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}

private:
  std::uint64_t dropped_ = 0;
};

}  // namespace config
