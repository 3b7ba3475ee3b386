#pragma once

#include "config/flag_set.hpp"
#include "config/options.hpp"

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace config {

/// Returns the URL with `***` in place of its password.
std::string hide_password(std::string_view url);

/// The flags of a database that several servers share, and the command that prints its tables.
class engine_flags {
public:
  /// Adds the flags to `flags` and the command to `app`, neither of which may be used after this
  /// object is destroyed. Borrows all three.
  engine_flags(CLI::App& app, flag_set& flags, options& options);
  engine_flags(const engine_flags&) = delete;
  engine_flags& operator=(const engine_flags&) = delete;

  /// Completes the options when all flags are set. Returns a message if flags contradict each
  /// other, otherwise "".
  std::string finish();

  bool is_schema_asked_for() const;

private:
  flag_set& flags_;
  options& options_;
  std::string reads_ = "confirmed";
  std::string prepare_ = "auto";
  CLI::App* schema_;
};

}  // namespace config
