#include "service/configuration.hpp"

#include "config/flag_value.hpp"
#include "process/standard_streams.hpp"

#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace service {

configuration complete(config::options options) {
  if (const auto exposure = config::exposure_of(options); !exposure.empty())
    throw std::runtime_error(exposure);
  if (options.tokens_file.empty())
    return {std::move(options), nullptr};
  try {
    auto watch = std::make_unique<tokens::token_watch>(options.tokens_file);
    options.access.tokens = watch->tokens();
    return {std::move(options), std::move(watch)};
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
