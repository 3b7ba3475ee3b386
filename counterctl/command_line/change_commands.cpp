#include "counterctl/command_line/commands.hpp"
#include "counterctl/command_line/values.hpp"
#include "counterctl/formats/operation.hpp"
#include "counterctl/verbs/counters.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>

namespace counterctl {

namespace {

/// The options of a change as they are given.
struct change_options {
  operation wanted{};
  std::optional<std::int64_t> operand{};
  std::chrono::milliseconds ttl{0};
  bool is_absent = false, is_clamped = false, is_update = false;

  operation finish(std::int64_t sign) {
    auto operation = wanted;
    operation.operand = operand.value_or(1);
    // -(-2^63) has no 64 bits.
    if (sign < 0 && __builtin_sub_overflow(std::int64_t{0}, operation.operand, &operation.operand))
      throw CLI::ValidationError("DELTA", "it is no 64-bit integer with the other sign");
    if (ttl.count() % 1000 != 0)
      throw CLI::ValidationError("--ttl", "a counter lives for whole seconds");
    if (ttl.count() > 0)
      operation.ttl_seconds = ttl.count() / 1000;
    if (is_absent)
      operation.if_version = 0;
    operation.clamps = is_clamped;
    operation.creates = !is_update;
    return operation;
  }
};

using shared_options = std::shared_ptr<change_options>;

/// `--ttl`, `--if-version` and `--if-absent`.
void add_conditions(CLI::App& command, const shared_options& options) {
  add_duration(command, "--ttl", options->ttl, "The counter expires after this time");
  auto* version = add_integer(command, "--if-version", options->wanted.if_version,
                              "Only if the counter has this version");
  command.add_flag("--if-absent", options->is_absent, "Only if the counter does not exist")
      ->excludes(version);
}

void add_addition(CLI::App& app, choice& choice, const std::string& name, std::int64_t sign,
                  const std::string& help) {
  auto options = std::make_shared<change_options>();
  auto& wanted = options->wanted;
  wanted.kind = operation_kind::add;
  auto* command = app.add_subcommand(name, help);
  add_name(*command, "NAME", wanted.name, "The counter, which is created if it does not exist")
      ->required();
  add_integer(*command, "DELTA", options->operand, "How much; 1 unless given");
  add_integer(*command, "--min", wanted.min, "Refuse a smaller result");
  add_integer(*command, "--max", wanted.max, "Refuse a greater result");
  command->add_flag("--clamp", options->is_clamped, "Go as far as --min and --max allow instead");
  add_integer(*command, "--initial", wanted.initial, "Where a new counter begins; 0 unless given");
  add_choice(*command, "--ttl-mode", wanted.ttl_mode, {"if_absent", "refresh", "persist"},
             "Keep an expiry, begin it anew, or remove it");
  command->add_flag("--no-create", options->is_update, "Only if the counter exists");
  add_conditions(*command, options);
  command->callback([&choice, options, sign] {
    const auto operation = options->finish(sign);
    choice.run = [operation](context& context) { return change(context, operation); };
  });
}

void add_set(CLI::App& app, choice& choice) {
  auto options = std::make_shared<change_options>();
  options->wanted.kind = operation_kind::set;
  auto* command = app.add_subcommand("set", "Set a counter");
  add_name(*command, "NAME", options->wanted.name, "The counter")->required();
  add_integer(*command, "VALUE", options->operand, "Its new value")->required();
  add_conditions(*command, options);
  command->callback([&choice, options] {
    const auto operation = options->finish(1);
    choice.run = [operation](context& context) { return change(context, operation); };
  });
}

void add_delete(CLI::App& app, choice& choice) {
  struct arguments {
    std::vector<std::string> names{};
    std::string prefix{};
    std::optional<std::int64_t> if_version{};
    bool is_sure = false;
  };
  auto given = std::make_shared<arguments>();
  auto* command = app.add_subcommand("del", "Delete counters");
  command->alias("rm")->alias("delete");
  auto* names = add_names(*command, "NAME", given->names, 100'000, "The counters");
  auto* prefix = add_text(*command, "--prefix", given->prefix, "PREFIX",
                          "All counters whose names begin with it; asks first")
                     ->excludes(names);
  command->add_flag("-y,--yes", given->is_sure, "Do not ask")->needs(prefix);
  add_integer(*command, "--if-version", given->if_version, "Only if the counter has this version")
      ->excludes(prefix);
  command->callback([&choice, given, &app] {
    if (given->names.empty() && given->prefix.empty())
      throw CLI::RequiredError("del: NAME or --prefix");
    if (given->if_version && given->names.size() > 1)
      throw CLI::ValidationError("--if-version", "it is of one counter");
    if (!given->prefix.empty() && app.get_option("--key")->count() > 0)
      throw CLI::ValidationError("--key", "a key names one change, and --prefix makes many");
    choice.run = [given = *given](context& context) {
      if (!given.prefix.empty())
        return remove_prefix(context, given.prefix, given.is_sure);
      std::vector<operation> operations;
      operations.reserve(given.names.size());
      for (const auto& name : given.names)
        operations.push_back(
            {.kind = operation_kind::remove, .name = name, .if_version = given.if_version});
      return remove(context, operations);
    };
  });
}

}  // namespace

void add_change_commands(CLI::App& app, choice& choice) {
  add_set(app, choice);
  add_addition(app, choice, "add", 1, "Add to a counter, and print its new value");
  add_addition(app, choice, "inc", 1, "The same as add");
  add_addition(app, choice, "dec", -1, "Subtract from a counter, and print its new value");
  add_delete(app, choice);
}

}  // namespace counterctl
