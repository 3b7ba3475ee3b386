#include "tokens/command_line.hpp"

#include "counter/control_character.hpp"
#include "process/standard_streams.hpp"
#include "tokens/commands.hpp"

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <system_error>

namespace tokens {

namespace {

constexpr int faulty_file = 2;

int refuse(std::string reason, int exit_code = EXIT_FAILURE) {
  counter::hide_control_characters(reason);
  process::print_error({"counterd: ", reason, "\n"});
  return exit_code;
}

/// Returns the first line of stdin. More bytes than a token has are refused later.
std::string read_token() {
  constexpr std::size_t bytes_max = 256;
  std::string token;
  for (char c; token.size() < bytes_max && std::cin.get(c) && c != '\n';)
    token += c;
  if (token.ends_with('\r'))
    token.pop_back();
  return token;
}

int print_new_token(const config::token_request& request) {
  const auto created = create(request.grant);
  // First, because the line is worth nothing without the token.
  const auto announce = [&created] { process::print_once(created.token + "\n"); };
  if (request.file.empty())
    announce();
  else
    append(created.line, request.grant.name, request.file, announce);
  process::print(created.line + "\n");
  return EXIT_SUCCESS;
}

int judge_token(const config::token_request& request) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto judgement = check(read_token(), request.file, now);
  if (!judgement.is_good)
    return refuse(judgement.text);
  process::print(judgement.text);
  return EXIT_SUCCESS;
}

int perform(const config::token_request& request) {
  switch (request.action) {
    case config::token_request::action::create:
      return print_new_token(request);
    case config::token_request::action::check:
      return judge_token(request);
    case config::token_request::action::revoke:
      break;
  }
  const auto& name = request.grant.name;
  if (!revoke(name, request.file))
    return refuse(request.file + " has no token " + name);
  // On stderr, because the token is revoked whether or not anybody can be told.
  process::print_error(
      {"revoked ", name, ": servers refuse it within ten seconds, or at once after SIGHUP\n"});
  return EXIT_SUCCESS;
}

}  // namespace

int execute(const config::token_request& request) {
  try {
    return perform(request);
  } catch (const std::system_error&) {
    throw;  // a stream that cannot be written
  } catch (const std::runtime_error& error) {
    return refuse(error.what(), faulty_file);
  }
}

}  // namespace tokens
