#include "tokens/commands.hpp"

#include "counter/instant.hpp"
#include "rights/token.hpp"
#include "rights/token_file.hpp"
#include "tokens/stored_tokens.hpp"

#include <algorithm>
#include <stdexcept>

namespace tokens {

namespace {

bool has_token(const stored_tokens& stored, std::string_view name) {
  return std::any_of(stored.entries.begin(), stored.entries.end(),
                     [name](const rights::token_entry& entry) { return entry.grant.name == name; });
}

std::string describe(const rights::grant& grant) {
  auto text = "name: " + grant.name + "\nscopes: " + rights::to_text(grant.scopes) + "\n";
  if (!grant.prefixes.empty())
    text += "prefix: " + rights::to_text(grant.prefixes) + "\n";
  if (grant.deltas)
    text += "delta: " + rights::to_text(*grant.deltas) + "\n";
  if (grant.expires_at)
    text += "expires: " + counter::to_text(*grant.expires_at) + "\n";
  return text;
}

}  // namespace

created_token create(const rights::grant& grant) {
  created_token created{rights::make_token(), {}};
  created.line = rights::to_line({grant, rights::hasher{}.hash(created.token)});
  return created;
}

void append(const std::string& line, std::string_view name, const std::string& file,
            const std::function<void()>& announce) {
  const folder_lock lock{file};
  std::string text;
  if (state_of(file)) {
    auto stored = read_tokens(file);
    if (has_token(stored, name))
      throw std::runtime_error(file +
                               ": another token has this name: revoke it, or choose another");
    text = std::move(stored.text);
  } else {
    check_new_file(file);
  }
  announce();
  write_tokens(file, text + line + "\n");
}

judgement check(std::string_view token, const std::string& file, std::chrono::sys_seconds now) {
  const auto stored = read_tokens(file);
  if (!rights::is_well_formed_token(token))
    return {false, "this is no token: it is mistyped or incomplete"};
  const auto digest = rights::hasher{}.hash(token);
  const auto found = std::find_if(
      stored.entries.begin(), stored.entries.end(),
      [&](const rights::token_entry& entry) { return rights::is_equal(entry.digest, digest); });
  if (found == stored.entries.end())
    return {false, "the token is unknown"};
  if (found->grant.has_expired(now))
    return {false, "the token " + found->grant.name + " expired at " +
                       counter::to_text(*found->grant.expires_at)};
  return {true, describe(found->grant)};
}

bool revoke(const std::string& name, const std::string& file) {
  const folder_lock lock{file};
  const auto stored = read_tokens(file);
  if (!has_token(stored, name))
    return false;
  write_tokens(file, rights::without_token(stored.text, name));
  return true;
}

}  // namespace tokens
