#include "tests/engine/support/tally.hpp"

#include <algorithm>
#include <cstdio>

namespace support {

namespace {

constexpr std::size_t shown_max = 5;

}  // namespace

std::string first_of(const words& defects) {
  std::string text;
  for (std::size_t i = 0; i < std::min(defects.size(), shown_max); ++i)
    text += defects[i] + "\n";
  return text;
}

void tally::confirm(std::size_t server, const std::string& name, const history::event& seen) {
  const std::lock_guard lock{mutex_};
  counters_[name].seen.add(seen);
  ++confirmed_by_[server];
  const auto now = clock::now();
  if (last_confirmed_ != clock::time_point{})
    longest_gap_ = std::max(longest_gap_, now - last_confirmed_);
  last_confirmed_ = now;
}

void tally::add_read(const std::string& name, const history::event& seen) {
  const std::lock_guard lock{mutex_};
  counters_[name].seen.add(seen);
  ++reads_;
}

void tally::leave_unknown(const std::string& name) {
  const std::lock_guard lock{mutex_};
  ++counters_[name].unknown;
}

void tally::count_replay() {
  const std::lock_guard lock{mutex_};
  ++replays_;
}

void tally::count_status(int status) {
  const std::lock_guard lock{mutex_};
  ++statuses_[status];
}

void tally::report(const std::string& defect) {
  const std::lock_guard lock{mutex_};
  defects_.push_back(defect);
}

std::int64_t tally::confirmed_by(std::size_t server) const {
  const std::lock_guard lock{mutex_};
  return confirmed_by_[server];
}

void tally::compare(const std::string& name, std::int64_t value) {
  const auto& [unknown, seen] = counters_[name];
  const auto least = seen.additions();
  counted_ += value;
  if (value < least || value > least + unknown)
    report(name + " is " + std::to_string(value) + ", where " + std::to_string(least) +
           " increments were confirmed and " + std::to_string(unknown) + " are unknown");
  if (const auto defect = seen.defect(); !defect.empty())
    report(name + ": " + defect);
}

std::string tally::text() const {
  std::int64_t unknown = 0;
  for (const auto& [name, known] : counters_)
    unknown += known.unknown;
  char gap[32];
  std::snprintf(gap, sizeof gap, "%.1f", std::chrono::duration<double>(longest_gap_).count());
  auto text = "confirmed " + std::to_string(confirmed_by_[0] + confirmed_by_[1]) + ", unknown " +
              std::to_string(unknown) + ", counted " + std::to_string(counted_) + ", replays " +
              std::to_string(replays_) + ", reads " + std::to_string(reads_) + ", longest gap " +
              gap + " s, statuses";
  for (const auto& [status, count] : statuses_)
    text += " " + (status != 0 ? std::to_string(status) : std::string{"none"}) + ": " +
            std::to_string(count);
  return text;
}

}  // namespace support
