#include "service/run.hpp"

#include "counter/build_version.hpp"
#include "counter/limits.hpp"
#include "http/server/server.hpp"
#include "process/abrupt_end.hpp"
#include "process/clock_watch.hpp"
#include "process/descriptors.hpp"
#include "process/heap.hpp"
#include "process/patient_log.hpp"
#include "process/process_report.hpp"
#include "process/standard_streams.hpp"
#include "process/stop_signals.hpp"
#include "process/threads.hpp"
#include "service/capacity.hpp"
#include "service/counters.hpp"
#include "service/ports.hpp"
#include "service/reloader.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace service {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds housekeeping_period{10};

/// Looks at the tokens. Returns when to do so again.
std::chrono::seconds next_look(reloader& reloader) {
  return reloader.check_tokens() ? std::chrono::seconds{1} : housekeeping_period;
}

/// What the main thread does while the event loops serve.
class housekeeping {
public:
  housekeeping(reloader& reloader, const process::clock_watch::instant& start)
      : clock_(start),
        reloader_(reloader) {}

  /// Returns when a signal, or a failure, is to stop the process.
  void run(process::stop_signals& signals, process::service_manager& manager,
           const std::string& status) {
    using event = process::stop_signals::event;
    auto next = steady_clock::now() + housekeeping_period;
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - steady_clock::now());
      switch (signals.wait(left)) {
        case event::stop:
          return;
        case event::hangup:
          manager.reloading();
          reloader_.reload();
          manager.reloaded(status);
          break;
        case event::none:
          break;
      }
      if (steady_clock::now() < next)
        continue;
      clock_.check();
      trim_.check();
      process::sample_descriptors();
      next = steady_clock::now() + next_look(reloader_);
    }
  }

private:
  process::clock_watch clock_;
  process::idle_trim trim_;
  reloader& reloader_;
};

void add_reports(http::server& server, const reloader& reloader, const process::stderr_sink& log) {
  server.add_report(&process::report_process);
  server.add_report([&reloader](metrics::report& report) { reloader.report(report); });
  server.add_report([&log](metrics::report& report) {
    report.add(metrics::kind::counter, "counterd_log_lines_dropped_total",
               "Lines of the log that nobody read in time.", log.dropped_lines());
  });
}

/// What runs. Destroyed in order only after a start that has succeeded: a destructor may wait for a
/// thread that was never there.
struct server_parts {
  counter::limits limits;  // the server borrows them
  service::counters counters;
  std::unique_ptr<http::server> server;
  std::optional<service::reloader> reloader;
  ports open;
};

/// Ends the service of clients in order.
void stop(server_parts& parts, process::stop_signals& signals, process::service_manager& manager) {
  auto& server = *parts.server;
  auto& reloader = *parts.reloader;
  const auto delay = signals.delay();
  manager.stopping("stopping", delay + 2 * counter::limits::exit_timeout);
  if (delay.count() > 0)
    server.begin_leaving(delay);
  if (signals.has_failed())
    spdlog::info("stopping, because the {} has failed",
                 parts.counters.shared_ledger ? "database" : "disk");
  else
    spdlog::info("stopping on {}", signals.name());
  // A token is revoked in time as long as clients are served.
  while (delay.count() > 0 && !signals.wait_for_delay(next_look(reloader))) {
  }
  if (parts.counters.shared_ledger)
    parts.counters.shared_ledger->stop_at(std::chrono::steady_clock::now() +
                                          counter::limits::shared_exit_timeout);
  server.stop();
}

void start(server_parts& parts, configuration configuration, const surroundings& around,
           process::stop_signals& signals) {
  auto& options = configuration.options;
  const auto tables = limit_descriptors(options, around.sockets.size());
  parts.limits = options.limits;
  process::require_threads(config::threads_of(options));
  parts.counters = open_counters(options, tables, signals);
  auto& server = parts.server;
  server = std::make_unique<http::server>(COUNTERD_VERSION, parts.limits, options.access,
                                          options.threads, *parts.counters.store);
  const auto& open = parts.open = listen(*server, options, around.sockets);
  if (const auto objection = objection_to(open, options); !objection.empty())
    throw bad_ports(objection);
  describe_access(open, options);
  process::sample_descriptors();
  signals.set_delay(options.drain_delay);
  parts.reloader.emplace(
      std::move(configuration),
      reloader::actions{
          around.parse, [&open](const config::options& now) { return objection_to(open, now); },
          [&server, &signals, &store = *parts.counters.store](const config::options& now) {
            store.set_queue_delay(now.limits.queue_delay_max);
            if (!server->set_policy(now.access))
              process::log_patiently(spdlog::level::warn,
                                     "an event loop is busy: it uses the new "
                                     "configuration later");
            signals.set_delay(now.drain_delay);
          }});
  add_reports(*server, *parts.reloader, around.log);
  server->start();
}

}  // namespace

int run(configuration configuration, const surroundings& around) {
  const auto options = configuration.options;
  auto& manager = around.manager;
  process::stop_signals signals{[&manager] { manager.beat(); },
                                manager.period()};          // before there are threads
  const auto begin = process::clock_watch::instant::now();  // a start may take minutes
  server_parts parts;
  for (const auto& warning : options.warnings)
    spdlog::warn(warning);
  try {
    start(parts, std::move(configuration), around, signals);
  } catch (const bad_ports& error) {
    process::end_start(error, 2);
  } catch (const std::exception& error) {
    process::end_start(error);
  }
  // Nothing can refuse any more.
  signals.complete_start();
  process::print_within(std::chrono::seconds{1}, to_text(parts.open));
  if (!options.storage.memory_warning.empty())
    spdlog::warn(options.storage.memory_warning);
  process::abort_on_exception();
  const auto name = name_of(options.storage);
  spdlog::info("counterd {} started: threads={} shards={} store={}", counter::build_version(),
               options.threads, options.shards, name);
  advise_shards(options);
  const auto status = "serving from " + name;
  manager.ready(status, [&server = *parts.server] { return server.is_live(); });
  housekeeping{*parts.reloader, begin}.run(signals, manager, status);
  stop(parts, signals, manager);
  parts.counters.store->close();
  parts.server.reset();
  parts.counters.store.reset();
  parts.counters.ledger.reset();
  parts.counters.shared_ledger.reset();
  spdlog::info("stopped");
  return signals.has_failed() ? EXIT_FAILURE : EXIT_SUCCESS;
}

}  // namespace service
