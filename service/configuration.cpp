#include "service/configuration.hpp"

#include "config/flag_value.hpp"
#include "process/standard_streams.hpp"
#include "rights/digest.hpp"

#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace service {

configuration complete(config::options options) {
  if (const auto exposure = config::exposure_of(options); !exposure.empty())
    throw std::runtime_error(exposure);
  configuration complete{std::move(options), nullptr};
  read_tokens(complete.options.tokens_file, complete.watch);
  if (complete.watch)
    complete.options.access.tokens = complete.watch->tokens();
  return complete;
}

void read_tokens(const std::string& path, std::unique_ptr<tokens::token_watch>& watch) {
  try {
    if (path.empty())
      watch = nullptr;
    else if (watch && watch->path() == path)
      watch->check(true);
    else
      watch = std::make_unique<tokens::token_watch>(path);
    if (watch)
      rights::hasher{};  // throws here, and not on an event loop, if there is none
  } catch (const std::exception& error) {
    throw std::runtime_error("--tokens: " + std::string{error.what()});
  }
}

int check(const config::check_config_request& request) {
  try {
    const auto [options, watch] = complete(request.options);
    auto text = config::to_config_file(options.flags);
    if (watch)
      text += "# tokens: " + std::to_string(watch->tokens()->size()) + "\n";
    for (const auto& warning : options.warnings)
      text += "# warning: " + warning + "\n";
    process::print(text);
    return EXIT_SUCCESS;
  } catch (const std::runtime_error& error) {
    process::print_error({config::refusal({error.what()}).text});
    return 2;
  }
}

}  // namespace service
