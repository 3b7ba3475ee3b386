#pragma once

#include "storage/postgres/connection.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace storage::postgres {

/// The format of the tables that this program reads and writes.
inline constexpr int format = 1;

/// Returns the SQL that makes the tables in the schema of this name, which must need no quotes, for
/// their owner to run.
std::string schema_text(std::string_view schema);

/// Returns why commits of this session may be lost, by the result of sql::read_settings; empty if
/// they are not.
std::string why_not_durable(const result& settings);

/// Throws std::runtime_error, of one line that says what to do, if the tables are missing or of
/// another format, if the role lacks a right, or if the database may lose commits. Returns
/// warnings. Throws error if the session breaks.
std::vector<std::string> check_database(connection& session, std::string_view schema,
                                        connection::clock::time_point deadline);

}  // namespace storage::postgres
