// counterd: flags -> configuration -> service, which has signals -> limits -> ledger -> store ->
// server.

#include "config/options.hpp"
#include "process/abrupt_end.hpp"
#include "process/heap.hpp"
#include "process/inherited_sockets.hpp"
#include "process/service_manager.hpp"
#include "process/standard_streams.hpp"
#include "process/stop_signals.hpp"
#include "service/check_directory.hpp"
#include "service/configuration.hpp"
#include "service/counters.hpp"
#include "service/log.hpp"
#include "service/run.hpp"
#include "tokens/command_line.hpp"

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>

namespace {

int finish(const config::early_exit& exit) {
  if (exit.code == 0)
    process::print(exit.text);
  else
    process::print_error({exit.text});
  return exit.code;
}

int serve(config::options options, int argc, char** argv) {
  std::optional<service::configuration> configuration;
  try {
    configuration = service::complete(std::move(options));
  } catch (const std::runtime_error& error) {
    return finish(config::refusal({error.what()}));
  }
  auto sockets = process::take_inherited_sockets();
  process::service_manager manager;
  const auto log = service::open_log(configuration->options.log_level);
  return service::run(std::move(*configuration), {std::move(sockets), manager, *log, [=] {
                                                    return config::parse_options(argc, argv);
                                                  }});
}

/// Does what the command line asks for. Returns the exit code.
int execute(int argc, char** argv) {
  auto parsed = config::parse_options(argc, argv);
  if (auto* options = std::get_if<config::options>(&parsed))
    return serve(std::move(*options), argc, argv);
  process::unblock_hangup();
  if (const auto* request = std::get_if<config::token_request>(&parsed))
    return tokens::execute(*request);
  if (const auto* request = std::get_if<config::check_config_request>(&parsed))
    return service::check(*request);
  if (const auto* request = std::get_if<config::engine_schema_request>(&parsed))
    return service::print_schema(*request);
  if (const auto* request = std::get_if<config::check_request>(&parsed))
    return service::check(*request);
  return finish(std::get<config::early_exit>(parsed));
}

}  // namespace

int main(int argc, char** argv) {
  process::end_start_on_exception();
  process::block_hangup();
  try {
    process::fill_standard_descriptors();
    process::reuse_freed_memory();
    return execute(argc, argv);
  } catch (const std::exception& error) {
    process::end_start(error);
  }
}
