#include "counterctl/command_line/commands.hpp"
#include "counterctl/command_line/values.hpp"
#include "counterctl/verbs/counters.hpp"
#include "counterctl/verbs/listing.hpp"
#include "counterctl/verbs/operations.hpp"
#include "counterctl/verbs/watch.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace counterctl {

namespace {

// As many as a command line holds.
constexpr std::size_t names_max = 100'000;
// A stream follows no more.
constexpr std::size_t watched_max = 100;
// A screen or two.
constexpr std::size_t listed_default = 100;
constexpr std::size_t top_default = 20;

void add_get(CLI::App& app, choice& choice) {
  auto names = std::make_shared<std::vector<std::string>>();
  auto* command = app.add_subcommand("get", "Print the values of counters");
  add_names(*command, "NAME", *names, names_max, "The counters")->required();
  command->callback([&choice, names] {
    choice.run = [names = *names](context& context) { return get(context, names); };
  });
}

void add_list(CLI::App& app, choice& choice) {
  struct arguments {
    std::string prefix{};
    std::size_t limit = listed_default;
    bool is_all = false;
  };
  auto given = std::make_shared<arguments>();
  auto* command = app.add_subcommand("list", "List counters in the byte order of their names");
  command->alias("ls");
  add_prefix(*command, "PREFIX", given->prefix, "", "Only names that begin with it");
  auto* limit = add_count(*command, "-n,--limit", given->limit, "How many; 100 unless given");
  command->add_flag("-a,--all", given->is_all, "All")->excludes(limit);
  command->callback([&choice, given] {
    choice.run = [given = *given](context& context) {
      return list(context, given.prefix, given.limit, given.is_all);
    };
  });
}

void add_top(CLI::App& app, choice& choice) {
  struct arguments {
    std::string prefix{};
    std::size_t limit = top_default;
  };
  auto given = std::make_shared<arguments>();
  auto* command = app.add_subcommand("top", "List the counters with the greatest values");
  add_prefix(*command, "PREFIX", given->prefix, "", "Only names that begin with it");
  add_count(*command, "-n,--limit", given->limit, "How many, up to 1000; 20 unless given");
  command->callback([&choice, given] {
    if (given->limit > batch_max)
      throw CLI::ValidationError("--limit", "it is up to 1000");
    choice.run = [given = *given](context& context) {
      return top(context, given.prefix, given.limit);
    };
  });
}

void add_watch(CLI::App& app, choice& choice) {
  struct arguments {
    watch_arguments watched{};
    std::string prefix{}, until{};
  };
  auto given = std::make_shared<arguments>();
  auto* command = app.add_subcommand(
      "watch", "Follow counters: a table on a terminal, else a line each change");
  auto* names = add_names(*command, "NAME", given->watched.names, watched_max, "The counters");
  auto* prefix = add_prefix(*command, "--prefix", given->prefix, "PREFIX",
                            "All counters whose names begin with it")
                     ->excludes(names);
  add_text(*command, "--until", given->until, "CONDITION",
           "End when a value satisfies it: '>=100', '<0', '=5', '!=0'");
  command->callback([&choice, given, names, prefix] {
    auto& watched = given->watched;
    if (names->count() == 0 && prefix->count() == 0)
      throw CLI::RequiredError("watch: NAME or --prefix");
    if (prefix->count() > 0)
      watched.prefix = given->prefix;
    if (!given->until.empty()) {
      watched.until = threshold::parse(given->until);
      if (!watched.until)
        throw CLI::ValidationError("--until", given->until + " is no condition like '>=100'");
    }
    choice.run = [watched](context& context) { return watch(context, watched); };
  });
}

}  // namespace

void add_counter_commands(CLI::App& app, choice& choice) {
  add_get(app, choice);
  add_list(app, choice);
  add_top(app, choice);
  add_watch(app, choice);
}

}  // namespace counterctl
