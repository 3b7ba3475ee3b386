#include "config/value_flags.hpp"

#include "config/number.hpp"
#include "counter/duration.hpp"

#include <algorithm>
#include <optional>

namespace config {

void add_number_flag(flag_set& flags, const std::string& flag, const flag_help& help,
                     std::uint64_t min, std::uint64_t max,
                     const std::function<void(std::uint64_t)>& set) {
  flags.add(flag, help, [set, min, max](const std::string& text) {
    const auto number = parse_number(text, min, max);
    if (!number)
      return text + " is not a number from " + std::to_string(min) + " to " + std::to_string(max);
    set(*number);
    return std::string{};
  });
}

void add_duration(flag_set& flags, const std::string& flag, std::chrono::milliseconds& value,
                  const std::string& help, duration_range range) {
  const auto default_value = value.count() == 0 ? "0s" : counter::to_text(value);
  flags.add(flag, {"TIME", default_value, help, range.is_reloadable},
            [&value, range](const std::string& text) {
              const bool is_zero = range.has_zero && (text == "0" || text == "0s");
              const auto duration = is_zero ? std::optional{std::chrono::milliseconds{0}}
                                            : counter::parse_duration(text, range.max);
              value = duration.value_or(value);
              return duration ? std::string{}
                              : text + " is not a time like 10s or 500ms, up to " +
                                    counter::to_text(range.max);
            });
}

void add_choice(flag_set& flags, const std::string& flag, std::string& value,
                const std::vector<std::string>& choices, const std::string& help,
                bool is_reloadable) {
  std::string list;
  for (const auto& choice : choices)
    list += (list.empty() ? "" : ",") + choice;
  flags.add(flag, {"{" + list + "}", value, help, is_reloadable},
            [&value, choices, list](const std::string& text) {
              value = text;
              const bool is_choice =
                  std::find(choices.begin(), choices.end(), text) != choices.end();
              return is_choice ? std::string{} : text + " is none of " + list;
            });
}

}  // namespace config
