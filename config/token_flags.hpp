#pragma once

#include "rights/grant.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace CLI {
class App;
}  // namespace CLI

namespace config {

/// Asks for a token to be made, judged or revoked.
struct token_request {
  enum class action : std::uint8_t { create, check, revoke };

  token_request::action action{};
  rights::grant grant{};  ///< `create`: what the token gives; `revoke`: its name; otherwise empty
  std::string file{};     ///< the token file; empty: `create` changes no file
};

/// `counterd token create`, `check` and `revoke`, with their flags.
class token_flags {
public:
  /// Adds the subcommand to `app`, which must not be used after this object is destroyed.
  explicit token_flags(CLI::App& app);
  token_flags(const token_flags&) = delete;
  token_flags& operator=(const token_flags&) = delete;

  /// Returns true if the command line has the subcommand.
  bool is_given() const;

  /// Returns the request, or a message if it is wrong. `file` is the token file if the subcommand
  /// names none; it may be empty.
  std::variant<token_request, std::string> finish(const std::string& file) const;

private:
  std::variant<token_request, std::string> finish_create() const;

  CLI::App* token_;
  CLI::App* create_;
  CLI::App* check_;
  CLI::App* revoke_;
  std::string name_, scopes_, prefix_, delta_, expires_, file_;
};

}  // namespace config
