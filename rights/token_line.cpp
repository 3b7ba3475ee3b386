#include "rights/token_line.hpp"

#include "counter/instant.hpp"

#include <algorithm>

namespace rights {

namespace {

constexpr std::string_view digest_prefix = "sha256:";
constexpr std::string_view blanks = " \t";

/// Removes the first word from `rest` and returns it; empty if there is none.
std::string_view take_word(std::string_view& rest) noexcept {
  rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
  const auto word = rest.substr(0, rest.find_first_of(blanks));
  rest.remove_prefix(word.size());
  return word;
}

bool set_prefixes(grant& grant, std::string_view text) {
  auto prefixes = parse_prefixes(text);
  if (!prefixes)
    return false;
  grant.prefixes = *std::move(prefixes);
  return true;
}

bool set_deltas(grant& grant, std::string_view text) {
  grant.deltas = parse_delta_range(text);
  return grant.deltas.has_value();
}

bool set_expiry(grant& grant, std::string_view text) {
  grant.expires_at = counter::parse_instant(text);
  return grant.expires_at.has_value();
}

struct option {
  std::string_view name;  ///< with its `=`
  std::string_view rule;
  bool (*set)(grant&, std::string_view text);  ///< returns false to refuse the text
};

constexpr option options[] = {
    {"prefix=",
     "prefix= takes up to 16 percent-encoded prefixes of 1 to 256 bytes, like shop/,cart%20",
     &set_prefixes},
    {"delta=", "delta= takes two 64-bit integers in order, like 1..100", &set_deltas},
    {"expires=", "expires= takes a time in UTC, like 2027-01-31T00:00:00Z", &set_expiry},
};

/// Returns the problem with the options, otherwise "".
line_problem read_options(std::string_view rest, grant& grant) {
  unsigned seen = 0;
  for (auto word = take_word(rest); !word.empty(); word = take_word(rest)) {
    const auto* found =
        std::find_if(std::begin(options), std::end(options),
                     [word](const option& option) { return word.starts_with(option.name); });
    if (found == std::end(options))
      return "a word is unknown: after the scopes there may be prefix=, delta= and expires=";
    const auto bit = 1u << (found - std::begin(options));
    if ((seen & bit) != 0)
      return std::string{found->name} + " is given twice";
    seen |= bit;
    if (!found->set(grant, word.substr(found->name.size())))
      return std::string{found->rule};
  }
  if (grant.deltas && !grant.scopes.contains(scope::add))
    return "delta= needs the scope add";
  return {};
}

}  // namespace

std::variant<token_entry, line_problem> parse_token_line(std::string_view line) {
  token_entry entry;
  entry.grant.name = take_word(line);
  if (!is_valid_token_name(entry.grant.name))
    return line_problem{
        "the first word must be a name: 1 to 64 letters, digits, dots, dashes and underscores that "
        "begin with a letter or a digit"};
  const auto digest_word = take_word(line);
  const auto parsed_digest = digest_word.starts_with(digest_prefix)
                                 ? parse_hex(digest_word.substr(digest_prefix.size()))
                                 : std::nullopt;
  if (!parsed_digest)
    return line_problem{"the second word must be sha256: and 64 hexadecimal digits"};
  entry.digest = *parsed_digest;
  const auto scopes = parse_scopes(take_word(line));
  if (!scopes)
    return line_problem{"the third word must be all or scopes with commas between them, of " +
                        to_text(scope_set::all())};
  entry.grant.scopes = *scopes;
  if (auto problem = read_options(line, entry.grant); !problem.empty())
    return problem;
  return entry;
}

std::string to_line(const token_entry& entry) {
  const auto& grant = entry.grant;
  auto line = grant.name + "  " + std::string{digest_prefix} + to_hex(entry.digest) + "  " +
              (grant.scopes == scope_set::all() ? "all" : to_text(grant.scopes));
  if (!grant.prefixes.empty())
    line += "  prefix=" + to_text(grant.prefixes);
  if (grant.deltas)
    line += "  delta=" + to_text(*grant.deltas);
  if (grant.expires_at)
    line += "  expires=" + counter::to_text(*grant.expires_at);
  return line;
}

}  // namespace rights
