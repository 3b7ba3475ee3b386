#include "storage/postgres/database.hpp"

#include "storage/postgres/statements.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>

namespace storage::postgres {

namespace {

constexpr std::chrono::seconds log_pause{1};
/// A host that does not let a session begin within this time is passed over, if there are others.
constexpr std::chrono::seconds connect_max{1};
/// How often a session that waits for its host asks whether another one has replaced it.
constexpr std::chrono::milliseconds silence_max{250};

}  // namespace

database::clock::time_point database::connect_deadline(clock::time_point deadline) const noexcept {
  return settings_.address.hosts() > 1 ? std::min(deadline, clock::now() + connect_max) : deadline;
}

std::unique_ptr<connection> database::connect(std::size_t host, clock::time_point deadline) {
  deadline = connect_deadline(deadline);
  auto opened = std::make_unique<connection>(settings_.address.settings_of(host), deadline,
                                             settings_.schema, counts_.round_trips);
  if (settings_.address.hosts() > 1) {
    const auto found = timeline_of(*opened, deadline);
    if (watch_.is_replaced(found))
      throw error{failure::lost, "",
                  "a primary that has been replaced takes writes (or an older state was restored: "
                  "then restart this server)"};
    watch_.report(host, found);
    opened->watch_silence(
        silence_max, [this] { watch_.ask(); }, [this, found] { return watch_.is_replaced(found); });
  }
  counts_.sessions.fetch_add(1, std::memory_order_relaxed);
  return opened;
}

std::unique_ptr<connection> database::connect_writer(std::size_t host, clock::time_point deadline) {
  deadline = connect_deadline(deadline);
  auto opened = connect(host, deadline);
  if (settings_.prepares && prepares_)
    opened->prepare(statements_of_writer(), deadline);
  return opened;
}

void database::stop_preparing() noexcept {
  if (prepares_.exchange(false))
    spdlog::warn(
        "{}: a pooler moves sessions away from their prepared statements: none is prepared "
        "from now on, which takes more of the database's time",
        settings_.address.text());
}

void database::attach() noexcept {
  const counter::mutex_lock lock{mutex_};
  ++attached_;
}

void database::detach(const void* who) noexcept {
  const counter::mutex_lock lock{mutex_};
  --attached_;
  missing_.erase(who);
}

void database::report_reached(const void* who) noexcept {
  const counter::mutex_lock lock{mutex_};
  missing_.erase(who);
  is_reachable_ = true;
  if (missing_.empty() && !is_reached_by_all_.exchange(true))
    spdlog::info("{}: the database is back after {:.1f} s", settings_.address.text(),
                 std::chrono::duration<double>(clock::now() - missed_since_).count());
}

void database::report_missed(const void* who, const std::string& reason) noexcept {
  counts_.lost_sessions.fetch_add(1, std::memory_order_relaxed);
  const auto now = clock::now();
  const counter::mutex_lock lock{mutex_};
  const auto since = missing_.try_emplace(who, now).first->second;
  if (now - since < patience)
    return;
  const auto is_away = [now](const auto& each) { return now - each.second >= patience; };
  if (missing_.size() == attached_ && std::all_of(missing_.begin(), missing_.end(), is_away))
    is_reachable_ = false;
  if (!is_reached_by_all_.exchange(false))
    return;  // it is known
  missed_since_ = since;
  spdlog::warn("{}: the database cannot be reached: {}", settings_.address.text(), reason);
}

void database::report_error(const std::string& what) noexcept {
  counts_.errors.fetch_add(1, std::memory_order_relaxed);
  const auto now = clock::now().time_since_epoch();
  auto next = next_log_.load();
  if (now.count() < next ||
      !next_log_.compare_exchange_strong(next, clock::duration{now + log_pause}.count()))
    return;
  spdlog::error("{}: {}", settings_.address.text(), what);
}

void database::report_loss(const std::string& what) noexcept {
  if (has_lost_.exchange(true))
    return;
  spdlog::error("{}: the database has lost changes that it had confirmed: {}",
                settings_.address.text(), what);
  if (settings_.on_loss)
    settings_.on_loss();
}

database::clock::time_point database::until(clock::time_point deadline) const noexcept {
  return std::min(deadline, clock::time_point{clock::duration{stop_at_.load()}});
}

counter::shared_statistics database::statistics() const noexcept {
  return {.round_trips = counts_.round_trips,
          .commits = counts_.commits,
          .conflicts = counts_.conflicts,
          .sessions = counts_.sessions,
          .lost_sessions = counts_.lost_sessions,
          .errors = counts_.errors,
          .doubts_stored = counts_.doubts_stored,
          .doubts_dropped = counts_.doubts_dropped,
          .doubts_unknown = counts_.doubts_unknown,
          .is_reachable = is_reachable()};
}

void database::add_writer(std::int64_t id) {
  const counter::mutex_lock lock{mutex_};
  writers_.push_back(id);
}

std::vector<std::int64_t> database::writers() const {
  const counter::mutex_lock lock{mutex_};
  return writers_;
}

}  // namespace storage::postgres
