#include "counterctl/command_line/command_line.hpp"

#include "counter/build_version.hpp"
#include "counterctl/command_line/commands.hpp"
#include "counterctl/command_line/completion.hpp"
#include "counterctl/command_line/values.hpp"
#include "counterctl/output/terminal.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include <unistd.h>

namespace counterctl {

namespace {

constexpr std::string_view default_server = "http://127.0.0.1:8000";
constexpr std::size_t token_bytes_max = 4096;
// The server takes no longer one, and a number or a UUID may come behind it.
constexpr std::size_t key_bytes_max = 200;
constexpr std::chrono::minutes timeout_max{10};

constexpr const char* footer =
    "The server is that of -s, or of COUNTERD_URL, or http://127.0.0.1:8000. A token for it is "
    "read\n"
    "from COUNTERD_TOKEN, or from the file of --token-file or COUNTERD_TOKEN_FILE.\n"
    "Exit codes: 0 done, 1 no such counter or refused by a limit or a condition, 2 usage,\n"
    "3 no server or no answer, nothing changed, 4 refused, 5 outcome unknown, 6 partly done.";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string read_token_file(const std::string& path) {
  std::ifstream file{path};
  if (!file)
    throw std::invalid_argument{path + ": " + std::strerror(errno)};
  std::string token;
  // The first word.
  if (!(file >> token))
    throw std::invalid_argument{path + ": there is no token in it"};
  return token;
}

/// The flags that stand before or behind any command.
class general_flags {
public:
  explicit general_flags(CLI::App& app) {
    add_text(app, "-s,--server", server_, "URL", "http://HOST:PORT, https://HOST or unix:PATH");
    add_choice(app, "-o,--output", output_, {"table", "json", "plain"},
               "How to print: a table on a terminal, else plain, unless given");
    auto* key = add_text(app, "--key", key_, "KEY",
                         "The Idempotency-Key of the change: with it, it counts once");
    app.add_flag("--no-key", has_no_key_,
                 "Send changes without a key; what may have arrived is not sent again")
        ->excludes(key);
    add_text(app, "--token-file", token_file_, "FILE", "The file that has the token");
    add_duration(app, "-t,--timeout", timeout_,
                 "For a request with its repetitions, up to 10m; 10s unless given");
    app.add_flag("-v,--verbose", is_verbose_,
                 "Tell when a request is sent again, or was carried out before");
  }

  /// Throws std::invalid_argument with what is wrong.
  context_settings finish() const {
    context_settings settings;
    auto server = server_.empty() ? variable("COUNTERD_URL") : server_;
    settings.server.address =
        parse_server_address(server.empty() ? default_server : std::string_view{server});
    // A random key lives longer than that.
    if (timeout_ > timeout_max)
      throw std::invalid_argument{"--timeout: it is up to 10m"};
    settings.server.timeout = timeout_;
    settings.server.token = token();
    settings.is_terminal = is_terminal(STDOUT_FILENO);
    settings.format = settings.is_terminal ? output_format::table : output_format::plain;
    if (!output_.empty())
      settings.format = output_ == "table"  ? output_format::table
                        : output_ == "json" ? output_format::json
                                            : output_format::plain;
    if (key_.size() > key_bytes_max || !is_visible(key_))
      throw std::invalid_argument{"--key: a key is 1 to 200 visible ASCII characters"};
    settings.key = key_;
    settings.has_keys = !has_no_key_;
    settings.is_verbose = is_verbose_;
    return settings;
  }

private:
  std::string token() const {
    auto file = token_file_.empty() ? variable("COUNTERD_TOKEN_FILE") : token_file_;
    auto token = token_file_.empty() ? variable("COUNTERD_TOKEN") : std::string{};
    if (token.empty() && !file.empty())
      token = read_token_file(file);
    if (token.size() > token_bytes_max || !is_visible(token))
      throw std::invalid_argument{"the token has a character that no token has"};
    return token;
  }

  std::string server_, output_, key_, token_file_;
  std::chrono::milliseconds timeout_{10'000};
  bool has_no_key_ = false;
  bool is_verbose_ = false;
};

early_exit refusal(const std::string& reason) {
  return {exit_code::usage, "counterctl: " + escape(without_marks(reason)) + "\n"};
}

}  // namespace

std::variant<command, early_exit> parse_command_line(int argc, const char* const* argv) {
  CLI::App app{"Counts on a counterd, and shows what it holds.", "counterctl"};
  app.set_version_flag("--version", "counterctl " + std::string{counter::build_version()});
  app.footer(footer);
  app.get_formatter()->column_width(30);
  app.require_subcommand(1);
  app.fallthrough();
  const general_flags flags{app};
  choice choice;
  add_counter_commands(app, choice);
  add_change_commands(app, choice);
  add_transfer_commands(app, choice);
  add_server_commands(app, choice);
  try {
    app.parse(to_arguments(argc, argv));
    if (!choice.completion.empty())
      return early_exit{exit_code::done, completion_script(app, choice.completion)};
    return command{flags.finish(), choice.run};
  } catch (const CLI::Success& success) {  // --help, --version
    std::ostringstream text;
    app.exit(success, text, text);
    return early_exit{exit_code::done, text.str()};
  } catch (const CLI::RequiredError& error) {
    if (argc == 1)
      return early_exit{exit_code::usage, app.help()};
    // A word that is no command has not been taken.
    if (const auto rest = app.remaining(); !rest.empty())
      return refusal(rest[0] + " is no command or flag: see counterctl --help");
    return refusal(error.what());
  } catch (const CLI::ParseError& error) {
    return refusal(error.what());
  } catch (const std::invalid_argument& error) {
    return refusal(error.what());
  }
}

}  // namespace counterctl
