#include "storage/postgres/error.hpp"

#include <algorithm>
#include <string_view>

namespace storage::postgres {

namespace {

struct rule {
  std::string_view begins;  // the SQLSTATE, or its class
  postgres::failure failure;
};

constexpr rule rules[] = {
    {"23514", failure::conflict},    // check_violation: writers.stale
    {"23505", failure::conflict},    // unique_violation
    {"40001", failure::conflict},    // serialization_failure
    {"40P01", failure::conflict},    // deadlock_detected
    {"55P03", failure::conflict},    // lock_not_available: lock_timeout
    {"57014", failure::slow},        // query_canceled: statement_timeout
    {"40003", failure::lost},        // statement_completion_unknown
    {"08", failure::lost},           // connection exceptions
    {"57P", failure::lost},          // shutdown, crash, still starting
    {"25006", failure::lost},        // read_only_sql_transaction: a standby
    {"25P03", failure::lost},        // idle_in_transaction_session_timeout
    {"25P04", failure::lost},        // transaction_timeout
    {"53300", failure::lost},        // too_many_connections
    {"53400", failure::lost},        // configuration_limit_exceeded
    {"53100", failure::full},        // disk_full
    {"26000", failure::unprepared},  // invalid_sql_statement_name
    {"42P05", failure::unprepared},  // duplicate_prepared_statement
    {"28", failure::refused},        // invalid authorization
    {"3D000", failure::refused},     // no such database
    {"3F000", failure::refused},     // no such schema
    {"42", failure::refused},        // no such table or column, insufficient privilege
};

}  // namespace

failure failure_of(const std::string& state) noexcept {
  if (state.empty())
    return failure::lost;
  const auto found = std::find_if(std::begin(rules), std::end(rules),
                                  [&](const rule& rule) { return state.starts_with(rule.begins); });
  return found != std::end(rules) ? found->failure : failure::other;
}

}  // namespace storage::postgres
