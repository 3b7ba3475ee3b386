#include "counterctl/command_line/completion.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

namespace counterctl {

namespace {

struct flag {
  std::vector<std::string> names;    ///< `-n`, `--limit`
  std::vector<std::string> choices;  ///< words that it takes
  std::string help;
};

std::vector<std::string> choices_of(const CLI::Option& option) {
  std::vector<std::string> words;
  const auto type = option.get_type_name();
  if (type.find('|') == type.npos)
    return words;
  for (std::size_t begin = 0; begin <= type.size();) {
    const auto end = std::min(type.find('|', begin), type.size());
    words.push_back(type.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

std::vector<flag> flags_of(const CLI::App& app) {
  std::vector<flag> flags;
  for (const auto* option : app.get_options()) {
    if (option->get_positional())
      continue;
    flag one{{}, choices_of(*option), option->get_description()};
    for (const auto& name : option->get_snames())
      one.names.push_back("-" + name);
    for (const auto& name : option->get_lnames())
      one.names.push_back("--" + name);
    flags.push_back(std::move(one));
  }
  return flags;
}

std::string join(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const auto& word : words)
    text.append(text.empty() ? "" : separator).append(word);
  return text;
}

std::string names_of(const std::vector<flag>& flags) {
  std::vector<std::string> names;
  for (const auto& flag : flags)
    names.insert(names.end(), flag.names.begin(), flag.names.end());
  return join(names, " ");
}

/// The words that a command takes by place: those of `completion`.
std::string positional_choices(const CLI::App& command) {
  for (const auto* option : command.get_options())
    if (option->get_positional() && !choices_of(*option).empty())
      return join(choices_of(*option), " ");
  return "";
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* command : commands_of(app))
    names.push_back(command->get_name());
  return names;
}

/// `-o|--output) words ;;` for each flag with choices.
std::string choice_cases(const CLI::App& app, const std::string& before, const std::string& after) {
  std::string text;
  const auto add = [&](const CLI::App& one) {
    for (const auto& flag : flags_of(one))
      if (!flag.choices.empty())
        text.append("    ")
            .append(join(flag.names, "|"))
            .append(") ")
            .append(before)
            .append(join(flag.choices, " "))
            .append(after)
            .append("; return ;;\n");
  };
  add(app);
  for (const auto* command : commands_of(app))
    add(*command);
  return text;
}

std::string quote(const std::string& text) {
  std::string quoted{"'"};
  for (const char c : text)
    quoted += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return quoted + "'";
}

std::string bash_script(const CLI::App& app) {
  const auto reply = [](const std::string& words) {
    return "COMPREPLY=($(compgen -W '" + words + "' -- \"$current\"))";
  };
  std::string text =
      "# bash completion of counterctl\n"
      "_counterctl() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} word "
      "command=\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    case $word in " +
      join(command_names(app), "|") +
      ") command=$word; break ;; esac\n"
      "  done\n"
      "  case $previous in\n" +
      choice_cases(app, "COMPREPLY=($(compgen -W '", "' -- \"$current\"))") +
      "  esac\n"
      "  case $command in\n"
      "    '') " +
      reply(names_of(flags_of(app)) + " " + join(command_names(app), " ")) + " ;;\n";
  for (const auto* command : commands_of(app))
    text += "    " + command->get_name() + ") " +
            reply(positional_choices(*command) + " " + names_of(flags_of(*command)) + " " +
                  names_of(flags_of(app))) +
            " ;;\n";
  return text +
         "  esac\n"
         "}\n"
         "complete -o default -F _counterctl counterctl\n";
}

std::string zsh_script(const CLI::App& app) {
  std::string text =
      "#compdef counterctl\n"
      "_counterctl() {\n"
      "  local -a commands\n"
      "  commands=(\n";
  for (const auto* command : commands_of(app))
    text += "    " + quote(command->get_name() + ":" + command->get_description()) + "\n";
  text +=
      "  )\n"
      "  local word command=\n"
      "  for word in ${words[2,CURRENT-1]}; do\n"
      "    case $word in " +
      join(command_names(app), "|") +
      ") command=$word; break ;; esac\n"
      "  done\n"
      "  case ${words[CURRENT-1]} in\n" +
      choice_cases(app, "compadd -- ", "") +
      "  esac\n"
      "  case $command in\n"
      "    '') if [[ ${words[CURRENT]} == -* ]]; then compadd -- " +
      names_of(flags_of(app)) + "; else _describe command commands; fi ;;\n";
  for (const auto* command : commands_of(app)) {
    const auto choices = positional_choices(*command);
    text += "    " + command->get_name() + ") if [[ ${words[CURRENT]} == -* ]]; then compadd -- " +
            names_of(flags_of(*command)) + " " + names_of(flags_of(app)) + "; else " +
            (choices.empty() ? "_files" : "compadd -- " + choices) + "; fi ;;\n";
  }
  return text +
         "  esac\n"
         "}\n"
         "if [ \"$funcstack[1]\" = _counterctl ]; then _counterctl \"$@\"; else compdef "
         "_counterctl "
         "counterctl; fi\n";
}

std::string fish_flag(const flag& flag, const std::string& condition) {
  std::string text = "complete -c counterctl" + condition;
  for (const auto& name : flag.names)
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (!flag.choices.empty())
    text += " -x -a " + quote(join(flag.choices, " "));
  return text + " -d " + quote(flag.help) + "\n";
}

std::string fish_script(const CLI::App& app) {
  std::string text = "# fish completion of counterctl\n";
  for (const auto& flag : flags_of(app))
    text += fish_flag(flag, "");
  for (const auto* command : commands_of(app)) {
    text += "complete -c counterctl -n __fish_use_subcommand -f -a " + command->get_name() +
            " -d " + quote(command->get_description()) + "\n";
    const auto condition = " -n '__fish_seen_subcommand_from " + command->get_name() + "'";
    for (const auto& flag : flags_of(*command))
      text += fish_flag(flag, condition);
    if (const auto choices = positional_choices(*command); !choices.empty())
      text += "complete -c counterctl" + condition + " -f -a " + quote(choices) + "\n";
  }
  return text;
}

}  // namespace

std::string completion_script(const CLI::App& app, const std::string& shell) {
  if (shell == "bash")
    return bash_script(app);
  return shell == "zsh" ? zsh_script(app) : fish_script(app);
}

}  // namespace counterctl
