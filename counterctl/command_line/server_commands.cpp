#include "counterctl/command_line/commands.hpp"
#include "counterctl/command_line/values.hpp"
#include "counterctl/verbs/server.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace counterctl {

namespace {

void add_stats(CLI::App& app, choice& choice) {
  auto interval = std::make_shared<std::chrono::milliseconds>(0);
  auto* command = app.add_subcommand("stats", "Print the server's numbers");
  add_duration(*command, "-i,--interval", *interval, "A line each time, until it is interrupted");
  command->callback([&choice, interval] {
    choice.run = [interval = *interval](context& context) { return stats(context, interval); };
  });
}

void add_backup(CLI::App& app, choice& choice) {
  auto name = std::make_shared<std::string>();
  auto* command = app.add_subcommand("backup", "Copy the counters on the server's disk");
  add_text(*command, "NAME", *name, "",
           "The copy's name: letters, digits, dots, dashes, underscores")
      ->required();
  command->callback([&choice, name] {
    choice.run = [name = *name](context& context) { return backup(context, name); };
  });
}

void add_ping(CLI::App& app, choice& choice) {
  struct arguments {
    bool is_live = false;
    std::chrono::milliseconds patience{0};
  };
  auto given = std::make_shared<arguments>();
  auto* command = app.add_subcommand("ping", "Tell whether the server is ready");
  command->add_flag("--live", given->is_live, "Whether it runs, ready or not");
  add_duration(*command, "--wait", given->patience, "How long to wait for it");
  command->callback([&choice, given] {
    choice.run = [given = *given](context& context) {
      return ping(context, given.is_live, given.patience);
    };
  });
}

}  // namespace

void add_server_commands(CLI::App& app, choice& choice) {
  app.add_subcommand("info", "Print what the server is, its limits and their use")
      ->callback([&choice] { choice.run = &info; });
  add_stats(app, choice);
  add_backup(app, choice);
  add_ping(app, choice);
  auto* completion = app.add_subcommand("completion", "Print a completion script for a shell");
  add_choice(*completion, "SHELL", choice.completion, {"bash", "zsh", "fish"}, "The shell")
      ->required();
}

}  // namespace counterctl
