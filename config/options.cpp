#include "config/options.hpp"

#include "config/access_flags.hpp"
#include "config/engine_flags.hpp"
#include "config/flag_set.hpp"
#include "config/item_list.hpp"
#include "config/processors.hpp"
#include "config/public_flags.hpp"
#include "config/size.hpp"
#include "config/storage_flags.hpp"
#include "config/value_flags.hpp"
#include "counter/build_version.hpp"
#include "counter/control_character.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace config {

namespace {

const std::vector<std::string> log_levels = {"trace", "debug",    "info", "warn",
                                             "error", "critical", "off"};

/// Says why an argument is refused that nothing takes. `is_of_server`: it stands behind no command.
std::string objection_to(const std::string& argument, bool is_of_server) {
  constexpr std::string_view likely[] = {"--port", "--host", "--bind", "--addr", "--address"};
  const auto name = std::string_view{argument}.substr(0, argument.find('='));
  const bool is_number =
      !argument.empty() && argument.find_first_not_of("0123456789") == argument.npos;
  const bool is_address =
      is_of_server && (is_number || argument.starts_with("-p") ||
                       std::find(std::begin(likely), std::end(likely), name) != std::end(likely));
  return (argument.empty() ? "an empty argument" : argument) + " is no flag or command" +
         (is_address ? ": --listen PORT, or HOST:PORT, says where to listen" : "");
}

/// The flags, their help and their ranges.
class command_line {
public:
  command_line() {
    app_.set_version_flag("--version", "counterd " + std::string{counter::build_version()});
    app_.get_formatter()->column_width(34);
    add_listen();
    add_public_flags(flags_, options_.access.published);
    add_number(flags_, "threads", options_.threads, 1, counter::limits::threads_max,
               "Number of event loops");
    add_number(flags_, "shards", options_.shards, 1, counter::limits::shards_max,
               "Number of shards, each an actor; one serves four loops");
    auto& limits = options_.limits;
    add_number(flags_, "max-connections", limits.connections_max, 1, 10'000'000,
               "Connections at a time; more get a 503");
    add_number(flags_, "max-pipelined", limits.pipelined_max, 1, 100'000,
               "Pending requests of one connection; more wait unread");
    add_number(flags_, "max-counters", limits.counters_max, 1, std::uint64_t{1} << 48,
               "Number of counters; new ones above it get a 507");
    add_number(flags_, "idempotency-max", limits.idempotency_records_max, 0, std::uint64_t{1} << 32,
               "Number of idempotency keys; new ones above it get a 507");
    add_duration(flags_, "idempotency-ttl", limits.idempotency_ttl,
                 "How long an idempotency key is remembered at most",
                 {std::chrono::hours{365 * 24}});
    add_duration(flags_, "header-timeout", limits.header_timeout,
                 "Limit for receiving a header; then 408");
    add_duration(flags_, "body-timeout", limits.body_timeout,
                 "Limit for a body that is slower than 4 KiB a second; then 408");
    add_duration(flags_, "write-timeout", limits.write_timeout,
                 "Limit for a peer that does not read its responses");
    add_duration(flags_, "idle-timeout", limits.idle_timeout,
                 "Limit for a connection without requests");
    add_duration(flags_, "max-queue-delay", limits.queue_delay_max,
                 "With --data: operations that would wait longer for the disk get a 503; 0: only "
                 "those behind 65536 others",
                 {counter::limits::queue_delay_longest, /*has_zero=*/true,
                  /*is_reloadable=*/true});
    add_number(flags_, "max-streams", limits.streams_max, 0, 10'000'000,
               "Event streams at a time; more are sent away; 0: half of --max-connections");
    add_number(flags_, "max-watched", limits.watched_max, 1, 100'000'000,
               "Counters that they watch together; more streams are sent away");
    add_duration(flags_, "events-interval", limits.events_interval,
                 "Between two events of one counter that goes on changing");
    add_duration(flags_, "drain-delay", options_.drain_delay,
                 "How long to serve on after SIGTERM, so that balancers see /readyz fail first",
                 {counter::limits::drain_delay_max, /*has_zero=*/true, /*is_reloadable=*/true});
    add_choice(flags_, "log-level", log_level_, log_levels, "Lowest level to log on stderr",
               /*is_reloadable=*/true);
    check_ = app_.add_subcommand("check", "Verify a data directory that no server uses, and exit");
    check_->add_option("DIR", check_request_.directory, "The directory of --data")
        ->required()
        ->type_name("")
        ->check(&refuse_directory);
    check_config_ = app_.add_subcommand(
        "check-config", "Say what a server with these flags would use, or what is wrong, and exit");
    check_config_->fallthrough();
  }

  request parse(int argc, const char* const* argv) {
    try {
      flags_.refuse_missing_values(argc, argv);
      app_.parse(argc, argv);
      flags_.take_environment_and_file();
    } catch (const CLI::Success& success) {  // --help, --version
      std::ostringstream text;
      app_.exit(success, text, text);
      return early_exit{0, text.str()};
    } catch (const CLI::ExtrasError& error) {
      const auto rest = app_.remaining(/*recurse=*/true);
      if (rest.empty())
        return refusal({error.what()});
      return refusal({objection_to(rest.front(), app_.get_subcommands().empty())});
    } catch (const std::runtime_error& error) {  // CLI::ParseError, too
      return refusal({error.what()});
    }
    if (!flags_.faults().empty())
      return refusal(flags_.faults());
    if (check_->parsed()) {
      if (argv[1] != check_->get_name())
        return refusal({"check takes a directory and no other flag"});
      return check_request_;
    }
    if (token_.is_given()) {
      if (argv[1] != std::string_view{"token"})
        return refusal({"token takes no flag of the server before it"});
      auto request = token_.finish(access_.tokens_file());
      if (const auto* message = std::get_if<std::string>(&request))
        return refusal({*message});
      return std::get<token_request>(std::move(request));
    }
    if (const auto message = engine_.finish(); !message.empty())
      return refusal({message});
    if (engine_.is_schema_asked_for())
      return engine_schema_request{options_.storage.engine_schema};
    if (const auto message = storage_.finish(); !message.empty())
      return refusal({message});
    if (!listen_.empty())
      options_.listen = listen_;
    options_.listens_by_default = listen_.empty();
    if (const auto message = access_.finish(options_.listen); !message.empty())
      return refusal({message});
    if (const auto message = objection_to_hits(options_.access.published, options_.limits);
        !message.empty())
      return refusal({message});
    options_.tokens_file = access_.tokens_file();
    if (options_.access.browsers.is_open_to_all())
      options_.warnings.push_back(
          "--allow-origin *: every page that a browser on this network shows may read and change "
          "counters");
    if (auto warning = warning_of_proxies(options_.access); !warning.empty())
      options_.warnings.push_back(std::move(warning));
    for (const auto& name : flags_.unknown_variables())
      options_.warnings.push_back(name + " is no variable of counterd and is ignored");
    options_.log_level = spdlog::level::from_str(log_level_);
    flags_.set_default("max-streams", std::to_string(options_.limits.streams()));
    flags_.set_default("memory", to_text(std::uint64_t{options_.storage.memory}));
    if (options_.access.local == rights::scope_set{})
      flags_.set_default("anonymous-local", "none");
    else
      flags_.set_default("anonymous-local", "all");
    options_.flags = flags_.values();
    if (check_config_->parsed())
      return check_config_request{options_};
    return options_;
  }

private:
  void add_listen() {
    flags_.add_repeatable(
        "listen",
        {"ADDRESS", "127.0.0.1:8000",
         "HOST:PORT or unix:PATH to listen on; repeatable; :PORT is every address; port 0 picks a "
         "free port"},
        [this](const std::string& text) { return append_addresses(text, listen_); });
    flags_.add_repeatable(
        "ops-listen",
        {"ADDRESS", "",
         "Address that serves only /metrics, /livez, /readyz, /v1/stats and /v1/admin/, to anybody "
         "who reaches it (admin: this machine, or a token), by a thread of its own; repeatable"},
        [this](const std::string& text) {
          return append_addresses(text, options_.operators_listen);
        });
  }

  /// Appends a list of addresses. Returns what is wrong with it, otherwise "".
  static std::string append_addresses(std::string_view list,
                                      std::vector<listen_address>& addresses) {
    return for_each_item(list, [&addresses](std::string_view item) {
      const auto address = listen_address::parse(item);
      if (!address)
        return (item.empty() ? "an empty address" : std::string{item}) +
               " is not HOST:PORT, like 127.0.0.1:8000 or [::1]:8000, nor PORT, :PORT or unix:PATH";
      if (addresses.size() == counter::limits::addresses_max)
        return "there are more than " + std::to_string(counter::limits::addresses_max) +
               " addresses";
      addresses.push_back(*address);
      return std::string{};
    });
  }

  CLI::App app_{"An actor-model counter server over HTTP.", "counterd"};
  flag_set flags_{app_};
  options options_;
  access_flags access_{flags_, options_.access};
  storage_flags storage_{flags_, options_};
  engine_flags engine_{app_, flags_, options_};
  token_flags token_{app_};
  CLI::App* check_ = nullptr;
  CLI::App* check_config_ = nullptr;
  check_request check_request_;
  std::vector<listen_address> listen_;
  std::string log_level_ = "info";
};

/// Returns how many of the first `bytes` bytes are whole characters of UTF-8.
std::size_t whole_characters(std::string_view text, std::size_t bytes) {
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80)
    --bytes;
  return bytes;
}

}  // namespace

options::options()
    // Leaves a core to the kernel's network work and to other processes: a loop that
    // waits for a core delays all of its connections.
    : threads(std::clamp(processors(), 2u, limits.threads_max) - 1),
      storage{.memory = default_memory()} {}

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
  const auto in_memory = options.threads + operators + scheduler + spare;
  if (!options.storage.engine.empty())
    return in_memory + options.shards + 1;  // of lists
  return options.storage.directory.empty() ? in_memory : in_memory + options.shards + database;
}

early_exit refusal(std::vector<std::string> faults) {
  constexpr auto most = counter::limits::faults_max;
  if (faults.size() > most) {
    const auto more = faults.size() - most;
    faults.resize(most);
    faults.push_back("and " + std::to_string(more) + " more faults");
  }
  std::string text;
  for (auto& fault : faults) {
    counter::hide_control_characters(fault);
    if (fault.size() > counter::limits::fault_bytes_max)
      fault.replace(whole_characters(fault, counter::limits::fault_bytes_max), fault.npos, "...");
  }
  for (const auto& fault : faults)
    text += "counterd: " + fault + (&fault == &faults.back() ? " (see --help)\n" : "\n");
  return {2, text, faults};
}

request parse_options(int argc, const char* const* argv) {
  return command_line{}.parse(argc, argv);
}

}  // namespace config
