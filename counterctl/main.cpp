// counterctl: the command line -> a command -> requests to a counterd -> an exit code.

#include "counterctl/command_line/command_line.hpp"
#include "counterctl/failure.hpp"

#include <cstdlib>
#include <exception>
#include <iostream>
#include <utility>
#include <variant>

namespace {

using namespace counterctl;

exit_code execute(int argc, char** argv) {
  auto parsed = parse_command_line(argc, argv);
  if (const auto* early = std::get_if<early_exit>(&parsed)) {
    (early->code == exit_code::done ? std::cout : std::cerr) << early->text;
    check_output();
    return early->code;
  }
  auto& command = std::get<counterctl::command>(parsed);
  context context{std::move(command.settings)};
  const auto code = command.run(context);
  check_output();
  return code;
}

exit_code run(int argc, char** argv) {
  try {
    return execute(argc, argv);
  } catch (const failure& error) {
    tell(error.what());
    return error.code();
  } catch (const std::exception& error) {
    // An answer that is none of a counterd, or no memory.
    tell(error.what());
    return exit_code::refused;
  }
}

}  // namespace

int main(int argc, char** argv) {
  // Faster, and stdout is flushed where it matters.
  std::ios::sync_with_stdio(false);
  const auto code = run(argc, argv);
  std::cout.flush();
  // Without waiting for a name server that does not answer.
  std::_Exit(static_cast<int>(code));
}
