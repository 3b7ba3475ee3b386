#pragma once

#include "counterctl/formats/counter_state.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace counterctl {

using expiry_time = std::chrono::sys_time<std::chrono::milliseconds>;

/// A counter in a file that `export` writes and `import` reads: a line each, as JSON,
/// `{"name":"hits","value":5,"expires_at":null}`, or as CSV (RFC 4180), `hits,5,`. Names have no
/// line feeds, so neither have the lines.
struct counter_entry {
  std::string name;
  std::int64_t value = 0;
  std::optional<expiry_time> expires_at{};
};

/// How the lines are written.
enum class file_format { json, csv };

/// The first line of a CSV file.
inline constexpr std::string_view csv_header = "name,value,expires_at";

/// Returns a line without its end.
std::string to_line(const counter_state& state, file_format format);

/// Parses a line. Throws std::runtime_error with what is wrong with it.
counter_entry parse_entry(std::string_view line, file_format format);

/// Returns the time of the wall clock. In milliseconds, which hold any year that an entry can have:
/// that clock's nanoseconds end in 2262.
expiry_time now();

/// Throws std::runtime_error if the entry expires later than a server takes at `now`.
void check_expiry(const counter_entry& entry, expiry_time now);

/// Returns the fields of a line of CSV. Throws std::runtime_error if a quoted field does not end.
std::vector<std::string> split_csv(std::string_view line);

}  // namespace counterctl
