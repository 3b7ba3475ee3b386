#include "config/storage_flags.hpp"

#include "config/machine_memory.hpp"
#include "config/size.hpp"
#include "config/unused_memory.hpp"
#include "config/value_flags.hpp"
#include "counter/control_character.hpp"
#include "counter/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <system_error>

namespace config {

namespace {

/// Less does not hold what one commit touches.
constexpr std::uint64_t memory_min = 16 * 1024 * 1024;

/// Each shard in memory takes whole chunks of its own (counter::record_arena).
constexpr std::uint64_t memory_per_shard_min = 1024 * 1024;

/// What ten million counters in memory take if their names are as long as they may be.
constexpr std::uint64_t memory_default_max = std::uint64_t{3} << 30;

constexpr std::chrono::milliseconds sync_interval_default{100};
constexpr std::chrono::minutes sync_interval_max{1};

}  // namespace

std::string refuse_directory(const std::string& text) {
  if (text.find_first_not_of(' ') == text.npos)
    return "the name is empty";
  if (std::any_of(text.begin(), text.end(), &counter::is_control_character))
    return "the name contains a control character";
  return counter::is_valid_utf8(text) ? "" : "the name is not UTF-8";
}

std::size_t default_memory() {
  return std::clamp(machine_memory() / 2, memory_min, memory_default_max);
}

storage_flags::storage_flags(flag_set& flags, options& options)
    : flags_(flags),
      options_(options),
      sync_interval_(sync_interval_default) {
  auto& storage = options.storage;
  flags_.add("data",
             {"DIR", "", "Store the counters in this directory; without it, in memory only"},
             [&storage](const std::string& text) {
               storage.directory = text;
               return refuse_directory(text);
             });
  flags_.add("memory",
             {"SIZE", "half of what there is, up to 3G; a quarter with --data",
              "Memory for counters; without --data, new ones above it get a 507"},
             [&storage](const std::string& text) {
               storage.memory = parse_size(text).value_or(0);
               return storage.memory >= memory_min
                          ? std::string{}
                          : text + " is not a size like 512M or 4G, of at least " +
                                to_text(memory_min);
             });
  add_choice(flags_, "sync", sync_, {"always", "interval"},
             "When to sync a change: before its response, or soon after");
  add_duration(flags_, "sync-interval", sync_interval_,
               "How soon after: what a power failure may take", {sync_interval_max});
}

std::string storage_flags::finish() {
  auto& directory = options_.storage.directory;
  if (!directory.empty()) {
    std::error_code error;
    directory = std::filesystem::absolute(directory, error).string();
    const auto message = error ? error.message() : refuse_directory(directory);
    if (!message.empty())
      return "cannot find the working directory, where --data begins: " + message;
  }
  for (const std::string flag : {"sync", "sync-interval"})
    if (options_.storage.directory.empty() && !flags_.source(flag).empty())
      return flags_.source(flag) + " needs --data";
  if (auto message = finish_memory(); !message.empty())
    return message;
  const bool has_interval = sync_ == "interval";
  if (!has_interval && !flags_.source("sync-interval").empty())
    return flags_.source("sync-interval") + " needs --sync interval";
  using sync = enum counter::durability::sync;
  if (has_interval)
    options_.storage.durability = {sync::interval, sync_interval_};
  else if (!options_.storage.directory.empty())
    options_.storage.durability = {sync::always};
  return {};
}

/// Sets the default of --memory. Returns a message if it is too small, otherwise "".
std::string storage_flags::finish_memory() {
  auto& memory = options_.storage.memory;
  const auto source = flags_.source("memory");
  const bool has_directory = !options_.storage.directory.empty();
  const auto least =
      has_directory ? memory_min : std::max(memory_min, options_.shards * memory_per_shard_min);
  const auto unused = unused_memory(threads_of(options_));
  if (source.empty()) {
    const auto all = std::min(machine_memory(), unused);
    memory = std::max(least, has_directory ? all / 4 : std::min(all / 2, memory_default_max));
  } else if (memory < least) {
    return source + ": " + std::to_string(options_.shards) + " shards in memory need at least " +
           to_text(least);
  }
  // The other half is for connections, requests and the database.
  if (memory > unused / 2)
    options_.storage.memory_warning =
        "--memory " + to_text(memory) + " is more than half of the " +
        std::to_string(unused >> 20) +
        " MiB that the limits of this process leave (ulimit -v, ulimit -d): it ends when it "
        "runs out of memory";
  return {};
}

}  // namespace config
