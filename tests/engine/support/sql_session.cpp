#include "tests/engine/support/sql_session.hpp"

#include "storage/postgres/address.hpp"
#include "tests/engine/support/common_server.hpp"

#include <chrono>
#include <stdexcept>

namespace support {

namespace {

storage::postgres::connection::clock::time_point soon() {
  return storage::postgres::connection::clock::now() + std::chrono::seconds{60};
}

}  // namespace

sql_session::sql_session(const std::string& schema)
    : session_(std::make_unique<storage::postgres::connection>(
          storage::postgres::address{common_server().url() +
                                     "?options=-c%20statement_timeout%3D60s"
                                     "%20-c%20lock_timeout%3D60s"
                                     "%20-c%20idle_in_transaction_session_timeout%3D60s"
                                     "%20-c%20search_path%3D" +
                                     schema}
              .settings_of(0),
          soon(), schema, round_trips_)) {}

std::vector<std::string> sql_session::rows(const std::string& sql) {
  const storage::postgres::statement statement{"", sql.c_str()};
  const auto results = session_->add(statement).run(soon());
  std::vector<std::string> found;
  for (std::size_t i = 0; i < results[0].rows(); ++i)
    found.emplace_back(results[0].bytes(i, 0));
  return found;
}

std::string sql_session::text(const std::string& sql) {
  const auto found = rows(sql);
  if (found.size() > 1)
    throw std::runtime_error{sql + ": several rows"};
  return found.empty() ? "" : found[0];
}

std::int64_t sql_session::number(const std::string& sql) {
  return std::stoll(text("SELECT (" + sql + ")::text"));
}

}  // namespace support
