#include "storage/postgres/postgres_ledger.hpp"

#include "storage/postgres/postgres_writer.hpp"
#include "storage/postgres/schema.hpp"
#include "storage/postgres/statements.hpp"

#include <spdlog/spdlog.h>

#include <stdexcept>
#include <thread>
#include <utility>

namespace storage::postgres {

using clock = connection::clock;

namespace {

/// How long one attempt of a start, or of a list, may take.
constexpr std::chrono::seconds step_max{4};
constexpr std::chrono::milliseconds start_pause{250};
constexpr int list_attempts_max = 3;

}  // namespace

postgres_ledger::postgres_ledger(settings given) : database_(std::move(given)) {
  const auto& configuration = database_.configuration();
  database_.attach();
  database_.look();
  for (std::size_t host = 0;; ++host) {
    try {
      const auto deadline = clock::now() + step_max;
      const auto session = database_.connect(host, deadline);
      if (configuration.address.hosts() > 1 && timeline_of(*session, deadline).cluster == 0)
        spdlog::warn(
            "{}: it does not tell its timeline (pg_control_system()), so a primary that hangs is "
            "given up only after four seconds",
            configuration.address.text());
      for (const auto& warning : check_database(*session, configuration.schema, deadline))
        spdlog::warn("{}: {}", configuration.address.text(), warning);
      array none{array::type::int8};
      const auto found = session->add(sql::count_others, parameters{}.add(none)).run(deadline);
      usage_ = {found[0].number(0, 0), found[0].number(0, 1)};
      database_.report_reached(this);
      database_.detach(this);
      return;
    } catch (const error& error) {
      // Another host may be the primary, or the server not be up yet.
      if (error.failure() == failure::refused)
        throw std::runtime_error(configuration.address.text() + ": " + error.what());
      database_.report_missed(this, error.what());
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(configuration.address.text() + ": " + error.what());
    }
    std::this_thread::sleep_for(start_pause);
  }
}

postgres_ledger::~postgres_ledger() = default;

void postgres_ledger::stop_at(clock::time_point at) noexcept {
  database_.stop_at(at);
}

std::unique_ptr<counter::shared_writer> postgres_ledger::open_writer(unsigned shard) {
  return std::make_unique<postgres_writer>(database_, shard);
}

counter::page postgres_ledger::list(const counter::page_request& query,
                                    std::size_t steps) noexcept {
  const counter::mutex_lock lock{list_mutex_};
  for (int attempt = 0; attempt < list_attempts_max; ++attempt) {
    try {
      return list_once(query, steps);
    } catch (const error& error) {
      const bool had_begun = std::exchange(lists_, nullptr) != nullptr;
      if (!is_lost(error)) {
        database_.report_error(error.what());
        return {counter::outcome::unreadable};
      }
      host_ = had_begun ? database_.host_after(host_) : host_ + 1;
    }
  }
  return {counter::outcome::unavailable};
}

counter::page postgres_ledger::list_once(const counter::page_request& query, std::size_t steps) {
  const auto deadline = database_.until(clock::now() + step_max);
  if (lists_ && lists_->is_over())
    throw replaced_primary();
  if (!lists_)
    lists_ = database_.connect(host_, deadline);
  const auto limit = static_cast<std::int64_t>(steps);
  const auto found = lists_->add(sql::now)
                         .add(sql::list, parameters{}
                                             .add(std::string_view{query.after})
                                             .add(std::string_view{query.prefix})
                                             .add(limit))
                         .run(deadline);
  const auto now = found[0].number(0, 0);
  const auto& rows = found[1];
  counter::page page;
  page.reached = query.after;
  page.is_last = rows.rows() < steps;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const auto name = rows.bytes(i, 0);
    if (!name.starts_with(query.prefix)) {
      page.is_last = true;
      break;
    }
    if (page.counters.size() == query.limit) {
      page.is_last = false;
      break;
    }
    page.reached = name;
    const auto expires_at = rows.number(i, 3);
    if (expires_at != 0 && expires_at <= now)
      continue;
    counter::state state{rows.number(i, 1), static_cast<std::uint64_t>(rows.number(i, 2)), {}};
    if (expires_at > 0)
      state.expires_at = counter::time_point{std::chrono::milliseconds{expires_at}};
    page.counters.push_back({name, state});
  }
  return page;
}

}  // namespace storage::postgres
