// A token file is refused with the number of a line that it has, or means what its lines say: each
// token can be written and read again, and revoked alone.

#include "rights/limits.hpp"
#include "rights/token_file.hpp"
#include "rights/token_set.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using rights::token_entry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto parsed = rights::parse_token_file(text);
  if (const auto* fault = std::get_if<rights::file_fault>(&parsed)) {
    REQUIRE(fault->line >= 1);
    REQUIRE(fault->line <=
            1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')));
    REQUIRE(!fault->problem.empty());
    REQUIRE(fault->problem.find('\n') == fault->problem.npos);
    return 0;
  }
  const auto& entries = std::get<std::vector<token_entry>>(parsed);
  const rights::token_set set{entries};
  REQUIRE(set.size() == entries.size());
  std::string rewritten;
  for (const auto& entry : entries) {
    const auto& grant = entry.grant;
    REQUIRE(rights::is_valid_token_name(grant.name));
    REQUIRE(grant.prefixes.size() <= rights::limits::prefixes_max);
    for (const auto& prefix : grant.prefixes)
      REQUIRE(!prefix.empty() && grant.covers(prefix));
    REQUIRE(grant.prefixes.empty() || !grant.covers(""));
    REQUIRE(!grant.deltas || (grant.deltas->contains(grant.deltas->min) &&
                              grant.deltas->contains(grant.deltas->max)));
    REQUIRE(*set.find(entry.digest) == grant);
    rewritten += rights::to_line(entry) + "\n";
  }
  REQUIRE(std::get<std::vector<token_entry>>(rights::parse_token_file(rewritten)) == entries);
  if (entries.empty())
    return 0;
  const auto revoked = size % entries.size();
  auto left = entries;
  left.erase(left.begin() + static_cast<std::ptrdiff_t>(revoked));
  const auto rest = rights::without_token(text, entries[revoked].grant.name);
  REQUIRE(std::get<std::vector<token_entry>>(rights::parse_token_file(rest)) == left);
  return 0;
}
