#include "process/clock_watch.hpp"

#include "process/bounded_call.hpp"

#include <spdlog/spdlog.h>

#include <cmath>
#include <ctime>
#include <ratio>

namespace process {

namespace {

constexpr std::chrono::hours step_min{24};
constexpr std::chrono::hours pause{1};
constexpr std::chrono::milliseconds log_patience{100};

}  // namespace

clock_watch::instant clock_watch::instant::now() noexcept {
  timespec boot{};
  ::clock_gettime(CLOCK_BOOTTIME, &boot);
  using std::chrono::milliseconds;
  return {std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now()),
          std::chrono::duration_cast<milliseconds>(std::chrono::seconds{boot.tv_sec} +
                                                   std::chrono::nanoseconds{boot.tv_nsec})};
}

void clock_watch::check() {
  const auto ahead = step(instant::now());
  if (!ahead)
    return;
  using days = std::chrono::duration<double, std::ratio<24 * 60 * 60>>;
  const auto count = std::chrono::duration_cast<days>(*ahead).count();
  call_within(log_patience, [count] {
    spdlog::warn(
        "somebody has set the clock: it is {:.1f} days {} the time that has passed since the "
        "start, by which counters expire and Date goes on until a restart. If the clock is "
        "wrong, set it before a restart: what is due by then expires",
        std::abs(count), count > 0 ? "ahead of" : "behind");
  });
}

std::optional<std::chrono::milliseconds> clock_watch::step(const instant& now) noexcept {
  const auto ahead = (now.wall - start_.wall) - (now.since_boot - start_.since_boot);
  if (std::chrono::abs(ahead - reported_) <= step_min ||
      (reported_at_ && now.since_boot - *reported_at_ < pause))
    return std::nullopt;
  reported_ = ahead;
  reported_at_ = now.since_boot;
  return ahead;
}

}  // namespace process
