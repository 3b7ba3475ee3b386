#pragma once

#include "storage/postgres/connection.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace storage::postgres {

/// Where a database is: one or more servers, of which one is the primary.
class address {
public:
  /// `url` is a connection URI of PostgreSQL (its documentation, section 34.1.1.2), as
  /// postgresql://user@host1,host2/database?sslmode=verify-full. Throws std::runtime_error if it is
  /// malformed; the message repeats nothing of it, because it may have a password.
  explicit address(const std::string& url);

  /// At least 1.
  std::size_t hosts() const noexcept { return hosts_.size(); }

  /// What a connection to one of the hosts needs. `index` may be any number: the hosts take turns.
  connection::settings settings_of(std::size_t index) const;

  /// Returns the hosts and the database, without user and password: for logs.
  const std::string& text() const noexcept { return text_; }

  /// Returns true if some host is beyond this machine and its connection may be without TLS.
  bool is_exposed() const noexcept { return is_exposed_; }

private:
  struct host {
    std::string name;
    std::string address;
    std::string port;
  };

  connection::settings common_;
  std::vector<host> hosts_;
  std::string text_;
  bool is_exposed_ = false;
};

}  // namespace storage::postgres
