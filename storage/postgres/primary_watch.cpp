#include "storage/postgres/primary_watch.hpp"

#include "storage/postgres/statements.hpp"

namespace storage::postgres {

namespace {

/// Between two looks at all hosts while somebody waits for one, and while nobody does: then
/// sessions that are not used may still be with a primary that was replaced.
constexpr std::chrono::milliseconds look_pause{250};
constexpr std::chrono::milliseconds calm_look_pause{5'000};
/// How long a host that does not reply is waited for.
constexpr std::chrono::milliseconds look_max{300};
/// How long somebody who has asked may still wait.
constexpr std::chrono::seconds interest{1};

}  // namespace

timeline timeline_of(connection& session, connection::clock::time_point deadline) {
  try {
    const auto found = session.add(sql::read_timeline).run(deadline);
    return {found[0].number(0, 0), found[0].number(0, 1)};
  } catch (const error& error) {
    if (is_lost(error))
      throw;
    return {};  // not PostgreSQL itself, or it lacks the right, or its disk is gone
  }
}

primary_watch::primary_watch(const address& hosts) : hosts_(hosts) {
  if (hosts.hosts() > 1)
    thread_ = std::thread{[this] { run(); }};
}

primary_watch::~primary_watch() {
  if (!thread_.joinable())
    return;
  {
    const counter::mutex_lock lock{mutex_};
    stops_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void primary_watch::report(std::size_t host, const timeline& found) {
  const counter::mutex_lock lock{mutex_};
  if (found.cluster == 0 || found.is_before(latest_))
    return;
  latest_ = found;
  latest_host_ = host % hosts_.hosts();
}

void primary_watch::ask() {
  {
    const counter::mutex_lock lock{mutex_};
    asked_until_ = clock::now() + interest;
  }
  changed_.notify_all();
}

bool primary_watch::is_replaced(const timeline& known) const {
  const counter::mutex_lock lock{mutex_};
  return known.is_before(latest_) || (known.cluster == 0 && latest_.cluster != 0);
}

std::size_t primary_watch::host_after(std::size_t host) const {
  const counter::mutex_lock lock{mutex_};
  return latest_host_ != host % hosts_.hosts() ? latest_host_ : host + 1;
}

bool primary_watch::stops() const {
  const counter::mutex_lock lock{mutex_};
  return stops_;
}

void primary_watch::run() {
  auto looked_at = clock::now();
  mutex_.lock();
  while (!stops_) {
    const auto now = clock::now();
    const auto next = looked_at + (asked_until_ > now ? look_pause : calm_look_pause);
    if (now < next) {
      changed_.wait_until(mutex_, next);
      continue;
    }
    mutex_.unlock();
    look();
    looked_at = clock::now();
    mutex_.lock();
  }
  mutex_.unlock();
}

void primary_watch::look() {
  for (std::size_t host = 0; host < hosts_.hosts() && !stops(); ++host)
    try {
      const auto deadline = clock::now() + look_max;
      connection session{hosts_.settings_of(host), deadline, "", round_trips_};
      report(host, timeline_of(session, deadline));
    } catch (const error&) {
      continue;  // it takes no writes, or does not reply
    }
}

}  // namespace storage::postgres
