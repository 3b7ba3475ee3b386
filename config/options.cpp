#include "config/options.hpp"

#include "config/duration.hpp"
#include "config/machine_memory.hpp"
#include "config/number.hpp"
#include "config/size.hpp"
#include "counter/utf8.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <thread>

namespace config {

namespace {

/// Less does not hold what one commit touches.
constexpr std::uint64_t memory_min = 16 * 1024 * 1024;

constexpr std::chrono::milliseconds sync_interval_default{100};
constexpr std::chrono::minutes sync_interval_max{1};

std::string environment_name(std::string flag) {
  std::replace(flag.begin(), flag.end(), '-', '_');
  std::transform(flag.begin(), flag.end(), flag.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return "COUNTERD_" + flag;
}

/// Returns the value of a flag in the environment; empty if it has none.
std::string environment_value(const std::string& flag) {
  const char* value = std::getenv(environment_name(flag).c_str());
  return value == nullptr ? "" : value;
}

/// Gives the environment precedence over the config file, the opposite of CLI11's order.
class file_below_environment : public CLI::ConfigTOML {
public:
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    auto settings = CLI::ConfigTOML::from_config(input);
    std::erase_if(settings, [](const CLI::ConfigItem& item) {
      return !environment_value(item.name).empty();
    });
    return settings;
  }
};

/// The flags, their help and their ranges.
class command_line {
public:
  command_line() {
    app_.config_formatter(std::make_shared<file_below_environment>());
    app_.set_version_flag("--version", "counterd " COUNTERD_VERSION);
    // CLI11 2.1 reads the environment only after the file.
    const auto file = environment_value("config");
    app_.set_config("--config", file, "Read flags from this file: lines of `flag = value`",
                    !file.empty())
        ->envname(environment_name("config"))
        ->type_name("FILE");
    app_.allow_config_extras(false);
    app_.get_formatter()->column_width(34);
    add("listen", listen_, "Address to listen on; repeatable; port 0 picks a free port")
        ->type_name("HOST:PORT")
        ->delimiter(',')
        ->default_str("127.0.0.1:8000")
        ->check([](const std::string& text) {
          return listen_address::parse(text) ? ""
                                             : text +
                                                   " is not HOST:PORT, like 127.0.0.1:8000 or "
                                                   "[::1]:8000";
        });
    add_number("threads", options_.threads, 1, counter::limits::threads_max,
               "Number of event loops");
    add_number("shards", options_.shards, 1, counter::limits::shards_max,
               "Number of shards, each an actor");
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
                 "How long an idempotency key is remembered", std::chrono::hours{365 * 24});
    add_duration("header-timeout", limits.header_timeout, "Limit for receiving a header; then 408");
    add_duration("body-timeout", limits.body_timeout, "Limit for receiving a body; then 408");
    add_duration("write-timeout", limits.write_timeout,
                 "Limit for a peer that does not read its responses");
    add_duration("idle-timeout", limits.idle_timeout, "Limit for a connection without requests");
    add("log-level", log_level_, "Lowest level to log on stderr")
        ->type_name("LEVEL")
        ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "critical", "off"}));
    add_storage();
    check_ = app_.add_subcommand("check", "Verify a data directory that no server uses, and exit");
    check_->add_option("DIR", check_request_.directory, "The directory of --data")
        ->required()
        ->type_name("")
        ->check(&refuse_directory);
  }

  std::variant<options, check_request, early_exit> parse(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
      take_environment();
    } catch (const CLI::Success& success) {  // --help, --version
      std::ostringstream text;
      app_.exit(success, text, text);
      return early_exit{0, text.str()};
    } catch (const CLI::ParseError& error) {
      return refusal(error.what());
    }
    // CLI11 2.4 would read each.
    if (app_.get_config_ptr()->count() > 1)
      return refusal("--config: there is one file at most");
    if (check_->parsed()) {
      if (argv[1] != check_->get_name())
        return refusal("check takes a directory and no other flag");
      return check_request_;
    }
    if (const auto message = finish_storage(); !message.empty())
      return refusal(message);
    if (!listen_.empty()) {
      options_.listen.clear();
      for (const auto& text : listen_)
        options_.listen.push_back(*listen_address::parse(text));
    }
    options_.log_level = spdlog::level::from_str(log_level_);
    return options_;
  }

private:
  static early_exit refusal(const std::string& message) {
    return {2, "counterd: " + message + " (see --help)\n"};
  }

  /// Returns a message if the name of a directory is invalid, otherwise "". It must be
  /// UTF-8, because it is logged and in JSON responses.
  static std::string refuse_directory(const std::string& text) {
    if (text.empty())
      return "the name is empty";
    return counter::is_valid_utf8(text) ? "" : "the name is not UTF-8";
  }

  /// CLI11 2.4 drops a value in the environment that its check refuses, and refuses
  /// each list of several. What it dropped is taken here as a flag's value is.
  void take_environment() {
    for (auto* option : app_.get_options()) {
      const char* value = std::getenv(option->get_envname().c_str());
      if (option == app_.get_config_ptr() || option->count() > 0 || value == nullptr ||
          *value == '\0')
        continue;
      option->add_result(value);
      option->run_callback();
    }
  }

  void add_storage() {
    auto& storage = options_.storage;
    add("data", storage.directory,
        "Store the counters in this directory; without it, in memory only")
        ->type_name("DIR")
        ->check(&refuse_directory);
    app_.add_option_function<std::string>(
            "--memory", [&](const std::string& text) { storage.memory = *parse_size(text); },
            "Memory for counters that are on disk")
        ->envname(environment_name("memory"))
        ->type_name("SIZE")
        ->default_str("a quarter of the RAM")
        ->check([](const std::string& text) {
          return parse_size(text).value_or(0) >= memory_min
                     ? ""
                     : text + " is not a size like 512M or 4G, of at least " + to_text(memory_min);
        });
    add("sync", sync_, "When to sync a change: before its response, or soon after")
        ->type_name("WHEN")
        ->check(CLI::IsMember({"always", "interval"}));
    add_duration("sync-interval", sync_interval_, "How soon after: what a power failure may take",
                 sync_interval_max);
  }

  /// Sets the durability. Returns a message if the flags contradict each other,
  /// otherwise "".
  std::string finish_storage() {
    for (const std::string flag : {"--memory", "--sync", "--sync-interval"})
      if (options_.storage.directory.empty() && app_.count(flag) > 0)
        return flag + " needs --data";
    const bool has_interval = sync_ == "interval";
    if (!has_interval && app_.count("--sync-interval") > 0)
      return "--sync-interval needs --sync interval";
    using sync = enum counter::durability::sync;
    if (has_interval)
      options_.storage.durability = {sync::interval, sync_interval_};
    else if (!options_.storage.directory.empty())
      options_.storage.durability = {sync::always};
    return {};
  }

  template <class T>
  CLI::Option* add(const std::string& flag, T& value, const std::string& help) {
    auto* option = app_.add_option("--" + flag, value, help)->envname(environment_name(flag));
    return option->capture_default_str();
  }

  template <class T>
  void add_number(const std::string& flag, T& value, std::uint64_t min, std::uint64_t max,
                  const std::string& help) {
    // CLI11 would read 010 as octal, and 0x10.
    app_.add_option_function<std::string>(
            "--" + flag,
            [&value, min, max](const std::string& text) {
              value = static_cast<T>(*parse_number(text, min, max));
            },
            help)
        ->envname(environment_name(flag))
        ->type_name("N")
        ->default_str(std::to_string(value))
        ->check([min, max](const std::string& text) {
          return parse_number(text, min, max)
                     ? ""
                     : text + " is not a number from " + std::to_string(min) + " to " +
                           std::to_string(max);
        });
  }

  /// `max` is a day by default.
  void add_duration(const std::string& flag, std::chrono::milliseconds& value,
                    const std::string& help,
                    std::chrono::milliseconds max = std::chrono::hours{24}) {
    app_.add_option_function<std::string>(
            "--" + flag,
            [&value, max](const std::string& text) { value = *parse_duration(text, max); }, help)
        ->envname(environment_name(flag))
        ->type_name("TIME")
        ->default_str(to_text(value))
        ->check([max](const std::string& text) {
          return parse_duration(text, max)
                     ? ""
                     : text + " is not a time like 10s or 500ms, up to " + to_text(max);
        });
  }

  CLI::App app_{"An actor-model counter server over HTTP.", "counterd"};
  options options_;
  CLI::App* check_ = nullptr;
  check_request check_request_;
  std::vector<std::string> listen_;
  std::string sync_ = "always";
  std::chrono::milliseconds sync_interval_ = sync_interval_default;
  std::string log_level_ = "info";
};

}  // namespace

options::options()
    // Leaves a core to the kernel's network work and to other processes: a loop that
    // waits for a core delays all of its connections.
    : threads(std::clamp(std::thread::hardware_concurrency(), 2u, limits.threads_max) - 1),
      storage{.memory = std::max(machine_memory() / 4, memory_min)} {}

std::variant<options, check_request, early_exit> parse_options(int argc, const char* const* argv) {
  return command_line{}.parse(argc, argv);
}

}  // namespace config
