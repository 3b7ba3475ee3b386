#include "config/token_flags.hpp"

#include "counter/instant.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace config {

namespace {

/// Without the variables that flags of the server have.
CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& help) {
  auto* command = parent.add_subcommand(name, help);
  command->formatter(std::make_shared<CLI::Formatter>());
  return command;
}

/// The word `type` stands for the value in the help.
CLI::Option* add_flag(CLI::App& command, const std::string& name, std::string& value,
                      const std::string& type, const std::string& help) {
  return command.add_option(name, value, help)->type_name(type);
}

std::string names_of_scopes() {
  return rights::to_text(rights::scope_set::all());
}

}  // namespace

token_flags::token_flags(CLI::App& app)
    : token_(add_command(app, "token", "Make, check or revoke a token of --tokens, and exit")),
      create_(add_command(*token_, "create",
                          "Print the line of a new token on stdout, and once the token on stderr")),
      check_(add_command(*token_, "check", "Say what the token on stdin gives")),
      revoke_(add_command(*token_, "revoke", "Remove a token from the file")) {
  token_->require_subcommand(0, 1);
  add_flag(*create_, "--name", name_, "NAME", "What people call the token")->required();
  add_flag(*create_, "--scopes", scopes_, "SCOPES", "all, or a list of " + names_of_scopes())
      ->required();
  add_flag(*create_, "--prefix", prefix_, "P,...",
           "Only for counters whose names begin with one of these, percent-encoded");
  add_flag(*create_, "--delta", delta_, "A..B", "Let it add so much at a time");
  add_flag(*create_, "--expires", expires_, "TIME", "When it becomes void: 2027-01-31T00:00:00Z");
  add_flag(*create_, "--tokens", file_, "FILE", "Append the line to this file, too");
  add_flag(*check_, "--tokens", file_, "FILE", "The token file");
  revoke_->add_option("NAME", name_, "The token's name")->required()->type_name("");
  add_flag(*revoke_, "--tokens", file_, "FILE", "The token file");
}

bool token_flags::is_given() const {
  return token_->parsed();
}

std::variant<token_request, std::string> token_flags::finish(const std::string& file) const {
  for (const auto* command : {create_, check_, revoke_})
    if (command->count("--tokens") > 0 && file_.empty())
      return "--tokens takes the path of a file";
  if (create_->parsed())
    return finish_create();
  if (!check_->parsed() && !revoke_->parsed())
    return "token needs create, check or revoke";
  const auto& named = file_.empty() ? file : file_;
  if (named.empty())
    return "--tokens FILE is missing";
  if (check_->parsed())
    return token_request{token_request::action::check, {}, named};
  return token_request{token_request::action::revoke, {.name = name_}, named};
}

std::variant<token_request, std::string> token_flags::finish_create() const {
  token_request request{token_request::action::create, {.name = name_}, file_};
  auto& grant = request.grant;
  if (!rights::is_valid_token_name(name_))
    return "--name takes 1 to 64 letters, digits, dots, dashes and underscores that begin with a "
           "letter or a digit";
  const auto scopes = rights::parse_scopes(scopes_);
  if (!scopes)
    return "--scopes takes all or a list of " + names_of_scopes();
  grant.scopes = *scopes;
  const auto prefixes = rights::parse_prefixes(prefix_);
  if (create_->count("--prefix") > 0 && !prefixes)
    return "--prefix takes up to 16 percent-encoded prefixes of 1 to 256 bytes, like shop/,cart%20";
  if (prefixes)
    grant.prefixes = *prefixes;
  grant.deltas = rights::parse_delta_range(delta_);
  if (create_->count("--delta") > 0 && !grant.deltas)
    return "--delta takes two 64-bit integers in order, like 1..100";
  if (grant.deltas && !grant.scopes.contains(rights::scope::add))
    return "--delta needs the scope add";
  grant.expires_at = counter::parse_instant(expires_);
  if (create_->count("--expires") > 0 && !grant.expires_at)
    return "--expires takes a time in UTC, like 2027-01-31T00:00:00Z";
  return request;
}

}  // namespace config
