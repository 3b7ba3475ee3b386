#include "config/options.hpp"

#include "config/access_flags.hpp"
#include "config/duration.hpp"
#include "config/flag_set.hpp"
#include "config/item_list.hpp"
#include "config/machine_memory.hpp"
#include "config/number.hpp"
#include "config/processors.hpp"
#include "config/size.hpp"
#include "config/unused_memory.hpp"
#include "counter/utf8.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string_view>
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

const std::vector<std::string> log_levels = {"trace", "debug",    "info", "warn",
                                             "error", "critical", "off"};

/// The flags, their help and their ranges.
class command_line {
public:
  command_line() {
    app_.set_version_flag("--version", "counterd " COUNTERD_VERSION);
    app_.get_formatter()->column_width(34);
    add_listen();
    add_number("threads", options_.threads, 1, counter::limits::threads_max,
               "Number of event loops");
    add_number("shards", options_.shards, 1, counter::limits::shards_max,
               "Number of shards, each an actor; one serves four loops");
    auto& limits = options_.limits;
    add_number("max-connections", limits.connections_max, 1, 10'000'000,
               "Connections at a time; more get a 503");
    add_number("max-pipelined", limits.pipelined_max, 1, 100'000,
               "Pending requests of one connection; more wait unread");
    add_number("max-counters", limits.counters_max, 1, std::uint64_t{1} << 48,
               "Number of counters; new ones above it get a 507");
    add_number("idempotency-max", limits.idempotency_records_max, 0, std::uint64_t{1} << 32,
               "Number of idempotency keys; new ones above it get a 507");
    add_duration("idempotency-ttl", limits.idempotency_ttl,
                 "How long an idempotency key is remembered at most", std::chrono::hours{365 * 24});
    add_duration("header-timeout", limits.header_timeout, "Limit for receiving a header; then 408");
    add_duration("body-timeout", limits.body_timeout,
                 "Limit for a body that is slower than 4 KiB a second; then 408");
    add_duration("write-timeout", limits.write_timeout,
                 "Limit for a peer that does not read its responses");
    add_duration("idle-timeout", limits.idle_timeout, "Limit for a connection without requests");
    add_delays();
    add_choice("log-level", log_level_, log_levels, "Lowest level to log on stderr");
    add_storage();
    check_ = app_.add_subcommand("check", "Verify a data directory that no server uses, and exit");
    check_->add_option("DIR", check_request_.directory, "The directory of --data")
        ->required()
        ->type_name("")
        ->check(&refuse_directory);
  }

  std::variant<options, check_request, token_request, early_exit> parse(int argc,
                                                                        const char* const* argv) {
    try {
      flags_.refuse_missing_values(argc, argv);
      app_.parse(argc, argv);
      flags_.take_environment_and_file();
    } catch (const CLI::Success& success) {  // --help, --version
      std::ostringstream text;
      app_.exit(success, text, text);
      return early_exit{0, text.str()};
    } catch (const std::runtime_error& error) {  // CLI::ParseError, too
      return refusal(error.what());
    }
    if (check_->parsed()) {
      if (argv[1] != check_->get_name())
        return refusal("check takes a directory and no other flag");
      return check_request_;
    }
    if (token_.is_given()) {
      if (argv[1] != std::string_view{"token"})
        return refusal("token takes no flag of the server before it");
      auto request = token_.finish(access_.tokens_file());
      if (const auto* message = std::get_if<std::string>(&request))
        return refusal(*message);
      return std::get<token_request>(std::move(request));
    }
    if (const auto message = finish_storage(); !message.empty())
      return refusal(message);
    if (!listen_.empty())
      options_.listen = listen_;
    if (const auto message = access_.finish(options_.listen); !message.empty())
      return refusal(message);
    options_.tokens_file = access_.tokens_file();
    if (options_.access.browsers.is_open_to_all())
      options_.warnings.push_back(
          "--allow-origin *: every page that a browser on this network shows may read and change "
          "counters");
    for (const auto& name : flags_.unknown_variables())
      options_.warnings.push_back(name + " is no variable of counterd and is ignored");
    options_.log_level = spdlog::level::from_str(log_level_);
    return options_;
  }

private:
  static early_exit refusal(const std::string& message) {
    return {2, "counterd: " + message + " (see --help)\n"};
  }

  /// Returns a message if the name of a directory is invalid, otherwise "". It must be
  /// UTF-8 without control characters, because it is logged and in JSON responses.
  static std::string refuse_directory(const std::string& text) {
    if (text.find_first_not_of(' ') == text.npos)
      return "the name is empty";
    if (std::any_of(text.begin(), text.end(),
                    [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }))
      return "the name contains a control character";
    return counter::is_valid_utf8(text) ? "" : "the name is not UTF-8";
  }

  void add_listen() {
    flags_.add_repeatable(
        "listen",
        {"HOST:PORT", "127.0.0.1:8000",
         "Address to listen on; repeatable; :PORT is every address; port 0 picks a free port"},
        [this](const std::string& text) { return append_addresses(text, listen_); });
    flags_.add_repeatable(
        "ops-listen",
        {"HOST:PORT", "none",
         "Address that serves only /metrics, /livez, /readyz, /v1/stats and /v1/admin/, to anybody "
         "who reaches it (admin: only this machine), by a thread of its own; repeatable"},
        [this](const std::string& text) {
          return append_addresses(text, options_.operators_listen);
        });
  }

  void add_delays() {
    add_duration_or_0("max-queue-delay", options_.limits.queue_delay_max,
                      "With --data: operations that would wait longer for the disk get a 503; 0: "
                      "only those behind 65536 others",
                      counter::limits::queue_delay_longest);
    add_duration_or_0(
        "drain-delay", options_.drain_delay,
        "How long to serve on after SIGTERM, so that balancers see /readyz fail first",
        counter::limits::drain_delay_max);
  }

  /// Appends a list of addresses. Returns what is wrong with it, otherwise "".
  static std::string append_addresses(std::string_view list,
                                      std::vector<listen_address>& addresses) {
    return for_each_item(list, [&addresses](std::string_view item) {
      const auto address = listen_address::parse(item);
      if (!address)
        return (item.empty() ? "an empty address" : std::string{item}) +
               " is not HOST:PORT, like 127.0.0.1:8000 or [::1]:8000, nor PORT or :PORT";
      addresses.push_back(*address);
      return std::string{};
    });
  }

  void add_storage() {
    auto& storage = options_.storage;
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
    add_choice("sync", sync_, {"always", "interval"},
               "When to sync a change: before its response, or soon after");
    add_duration("sync-interval", sync_interval_, "How soon after: what a power failure may take",
                 sync_interval_max);
  }

  /// Sets the durability and makes the directory absolute. Returns a message if the flags
  /// contradict each other or the directory has no name in UTF-8, otherwise "".
  std::string finish_storage() {
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
  std::string finish_memory() {
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

  template <class T>
  void add_number(const std::string& flag, T& value, std::uint64_t min, std::uint64_t max,
                  const std::string& help) {
    flags_.add(flag, {"N", std::to_string(value), help},
               [&value, min, max](const std::string& text) {
                 const auto number = parse_number(text, min, max);
                 value = static_cast<T>(number.value_or(0));
                 return number ? std::string{}
                               : text + " is not a number from " + std::to_string(min) + " to " +
                                     std::to_string(max);
               });
  }

  void add_duration_or_0(const std::string& flag, std::chrono::milliseconds& value,
                         const std::string& help, std::chrono::milliseconds max) {
    const auto initial = value.count() == 0 ? "0s" : to_text(value);
    flags_.add(flag, {"TIME", initial, help}, [&value, max](const std::string& text) {
      const auto duration = text == "0" || text == "0s"
                                ? std::optional{std::chrono::milliseconds{0}}
                                : parse_duration(text, max);
      value = duration.value_or(value);
      return duration ? std::string{}
                      : text + " is not a time like 10s or 500ms, up to " + to_text(max);
    });
  }

  /// `max` is a day by default.
  void add_duration(const std::string& flag, std::chrono::milliseconds& value,
                    const std::string& help,
                    std::chrono::milliseconds max = std::chrono::hours{24}) {
    flags_.add(flag, {"TIME", to_text(value), help}, [&value, max](const std::string& text) {
      const auto duration = parse_duration(text, max);
      value = duration.value_or(value);
      return duration ? std::string{}
                      : text + " is not a time like 10s or 500ms, up to " + to_text(max);
    });
  }

  void add_choice(const std::string& flag, std::string& value,
                  const std::vector<std::string>& choices, const std::string& help) {
    const auto list = CLI::detail::join(choices, ",");
    flags_.add(
        flag, {"{" + list + "}", value, help}, [&value, choices, list](const std::string& text) {
          value = text;
          const bool is_choice = std::find(choices.begin(), choices.end(), text) != choices.end();
          return is_choice ? std::string{} : text + " is none of " + list;
        });
  }

  CLI::App app_{"An actor-model counter server over HTTP.", "counterd"};
  flag_set flags_{app_};
  options options_;
  access_flags access_{flags_, options_.access};
  token_flags token_{app_};
  CLI::App* check_ = nullptr;
  check_request check_request_;
  std::vector<listen_address> listen_;
  std::string sync_ = "always";
  std::chrono::milliseconds sync_interval_ = sync_interval_default;
  std::string log_level_ = "info";
};

}  // namespace

options::options()
    // Leaves a core to the kernel's network work and to other processes: a loop that
    // waits for a core delays all of its connections.
    : threads(std::clamp(processors(), 2u, limits.threads_max) - 1),
      storage{.memory = std::clamp(machine_memory() / 2, memory_min, memory_default_max)} {}

std::string exposure_of(const options& options) {
  const auto reaches = [](const listen_address& each) { return each.reaches_other_machines(); };
  if (options.access.remote || !options.tokens_file.empty() ||
      std::none_of(options.listen.begin(), options.listen.end(), reaches))
    return {};
  return "--listen is reachable from other machines, and nothing says what they may do: add "
         "--tokens FILE, or --anonymous SCOPES, as --anonymous read,add, or listen on 127.0.0.1 "
         "behind a proxy that checks who its clients are";
}

std::size_t threads_of(const options& options) {
  constexpr std::size_t scheduler = 4, database = 12, spare = 4;
  const auto operators = options.operators_listen.empty() ? 0u : 1u;
  const auto without_data = options.threads + operators + scheduler + spare;
  return options.storage.directory.empty() ? without_data
                                           : without_data + options.shards + database;
}

std::variant<options, check_request, token_request, early_exit> parse_options(
    int argc, const char* const* argv) {
  return command_line{}.parse(argc, argv);
}

}  // namespace config
