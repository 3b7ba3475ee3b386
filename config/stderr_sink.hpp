#pragma once

#include <spdlog/sinks/base_sink.h>

#include <cstdint>
#include <mutex>

namespace config {

/// Logs to stderr, and drops lines rather than wait for a reader that does not
/// read: a pager that was left alone must not stop the server. Says how many
/// were dropped as soon as there is room. Thread-safe.
class stderr_sink final : public spdlog::sinks::base_sink<std::mutex> {
protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}

private:
  std::uint64_t dropped_ = 0;
};

}  // namespace config
