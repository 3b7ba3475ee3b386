#pragma once

#include "counter/shard/shared_ledger.hpp"
#include "counter/time.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/parameters.hpp"

#include <cstdint>
#include <span>

namespace storage::postgres {

// What statements return and take, as the counter room has it. Functions throw error if a row is
// damaged.

/// Milliseconds since 1970, as the tables have times.
std::int64_t number_of(counter::time_point time) noexcept;
counter::time_point time_of(std::int64_t number) noexcept;

/// Completes those of `rows`, sorted by name, that sql::lock_counters or sql::read_counters found.
void read_rows(const result& found, std::span<counter::shared_row> rows);

/// Completes those of `records`, sorted by id, that sql::read_records found.
void read_records(const result& found, std::span<counter::shared_record> records);

/// Returns the two numbers of a row.
counter::shared_usage usage_in(const result& found);

/// Returns what sql::write takes; `writer` has its first three.
parameters write_parameters(parameters writer, const counter::shared_changes& changes);

}  // namespace storage::postgres
