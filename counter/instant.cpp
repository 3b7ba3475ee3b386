#include "counter/instant.hpp"

#include <cstdio>

namespace counter {

namespace {

constexpr std::string_view form = "0000-00-00T00:00:00Z";

bool has_form(std::string_view text) noexcept {
  if (text.size() != form.size())
    return false;
  for (std::size_t i = 0; i < form.size(); ++i)
    if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
      return false;
  return true;
}

int number_at(std::string_view text, std::size_t begin, std::size_t digits) noexcept {
  int number = 0;
  for (const char c : text.substr(begin, digits))
    number = 10 * number + (c - '0');
  return number;
}

}  // namespace

std::optional<std::chrono::sys_seconds> parse_instant(std::string_view text) noexcept {
  using namespace std::chrono;
  if (!has_form(text))
    return std::nullopt;
  const auto unsigned_at = [text](std::size_t begin) {
    return static_cast<unsigned>(number_at(text, begin, 2));
  };
  const year_month_day date{year{number_at(text, 0, 4)}, month{unsigned_at(5)},
                            day{unsigned_at(8)}};
  const hours hour{number_at(text, 11, 2)};
  const minutes minute{number_at(text, 14, 2)};
  const seconds second{number_at(text, 17, 2)};
  if (!date.ok() || hour >= days{1} || minute >= hours{1} || second >= minutes{1})
    return std::nullopt;
  return sys_days{date} + hour + minute + second;
}

std::string to_text(std::chrono::sys_seconds instant) {
  using namespace std::chrono;
  const auto midnight = floor<days>(instant);
  const year_month_day date{midnight};
  const hh_mm_ss time{instant - midnight};
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text;
}

}  // namespace counter
