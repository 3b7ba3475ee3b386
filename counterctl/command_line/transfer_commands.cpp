#include "counterctl/command_line/commands.hpp"
#include "counterctl/command_line/values.hpp"
#include "counterctl/verbs/batch.hpp"
#include "counterctl/verbs/export.hpp"
#include "counterctl/verbs/import.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace counterctl {

namespace {

file_format format_of(bool is_csv) {
  return is_csv ? file_format::csv : file_format::json;
}

void add_export(CLI::App& app, choice& choice) {
  struct arguments {
    std::string prefix{}, after{};
    bool is_csv = false;
  };
  auto given = std::make_shared<arguments>();
  auto* command = app.add_subcommand("export", "Write counters to stdout, a line of JSON each");
  add_prefix(*command, "PREFIX", given->prefix, "", "Only names that begin with it");
  add_name(*command, "--after", given->after, "Only names behind it: goes on with an export")
      ->type_name("NAME");
  command->add_flag("--csv", given->is_csv, "Lines of CSV: name,value,expires_at");
  command->callback([&choice, given] {
    choice.run = [given = *given](context& context) {
      return export_counters(context, given.prefix, given.after, format_of(given.is_csv));
    };
  });
}

void add_import(CLI::App& app, choice& choice) {
  struct arguments {
    import_arguments wanted{};
    std::string mode{"set"};
    bool is_csv = false;
  };
  auto given = std::make_shared<arguments>();
  auto& wanted = given->wanted;
  auto* command = app.add_subcommand("import", "Read counters from a file, stdin or Redis");
  auto* file = add_text(*command, "FILE", wanted.file, "", "What export has written; - is stdin");
  add_choice(
      *command, "--mode", given->mode, {"set", "add", "absent"},
      "Whether to overwrite counters that exist (set, the default), add to them once, or leave "
      "them");
  auto* csv = command->add_flag("--csv", given->is_csv, "Lines of CSV: name,value,expires_at");
  auto* redis = add_text(*command, "--redis", wanted.redis, "URL",
                         "From this Redis: redis://HOST:PORT/DATABASE")
                    ->excludes(file)
                    ->excludes(csv);
  add_text(*command, "--match", wanted.pattern, "PATTERN", "Only keys of Redis that match it")
      ->needs(redis);
  command->add_flag("--dry-run", wanted.is_dry_run, "Only say what is wrong with the input");
  command->add_flag("-k,--keep-going", wanted.keeps_going, "Leave out what is wrong");
  command->callback([&choice, given] {
    given->wanted.format = format_of(given->is_csv);
    given->wanted.mode = given->mode == "set"   ? import_mode::set
                         : given->mode == "add" ? import_mode::add
                                                : import_mode::absent;
    choice.run = [wanted = given->wanted](context& context) {
      return import_counters(context, wanted);
    };
  });
}

}  // namespace

void add_transfer_commands(CLI::App& app, choice& choice) {
  add_export(app, choice);
  add_import(app, choice);
  app.add_subcommand("batch", "Send operations from stdin, a line of JSON each")
      ->callback([&choice] { choice.run = &batch; });
}

}  // namespace counterctl
