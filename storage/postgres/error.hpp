#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace storage::postgres {

/// What a failure means for the transaction that met it.
enum class failure : std::uint8_t {
  conflict,    ///< another session was faster: roll back and begin again
  slow,        ///< statement_timeout has passed: the same
  silent,      ///< the server has not replied in time: connect to another one
  lost,        ///< the session has ended, or its server is not the primary: connect again
  full,        ///< the database has no space left
  unprepared,  ///< a pooler has moved the session away from its prepared statements
  refused,     ///< the password, the role, the database or its schema are wrong
  other,       ///< the database has reported an error that no rule is for
};

/// A statement, or a connection, has failed.
class error : public std::runtime_error {
public:
  /// `state` is the SQLSTATE; empty if there is none.
  error(postgres::failure failure, const std::string& state, const std::string& message)
      : std::runtime_error(message),
        failure_(failure),
        state_(state) {}

  postgres::failure failure() const noexcept { return failure_; }
  const std::string& state() const noexcept { return state_; }

private:
  postgres::failure failure_;
  std::string state_;
};

/// Returns true if the session is of no use any more.
inline bool is_lost(const error& error) noexcept {
  return error.failure() == failure::lost || error.failure() == failure::silent;
}

/// The error of a session whose host is the primary no more.
inline error replaced_primary() {
  return {failure::silent, "", "another host has become the primary"};
}

/// Returns what an SQLSTATE means (PostgreSQL documentation, appendix A).
failure failure_of(const std::string& state) noexcept;

}  // namespace storage::postgres
