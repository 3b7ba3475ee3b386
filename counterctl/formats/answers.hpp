#pragma once

#include "counterctl/formats/counter_state.hpp"
#include "counterctl/formats/problem.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace counterctl {

// What the bodies of the server's responses say. The functions throw std::runtime_error for a body
// that is not what the API describes: another program answers at this address.

/// The state in the response to a single request.
counter_state parse_state(std::string_view body);

/// A page of a list.
struct counter_page {
  std::vector<counter_state> counters;
  std::vector<std::string> lines;          ///< each counter as JSON
  std::optional<std::string> next_cursor;  ///< nullopt: there is no other page
};
counter_page parse_page(std::string_view body);

/// The greatest counters, which are one page.
counter_page parse_top(std::string_view body);

/// What a deletion by prefix has done.
struct deletion {
  std::uint64_t deleted = 0;
  bool has_more = false;
};
deletion parse_deletion(std::string_view body);

/// The result of one operation of a batch.
struct operation_result {
  int status = 0;
  std::optional<counter_state> state;  ///< if a counter is there after it
  counterctl::problem problem{};       ///< if it was refused
  bool is_replayed = false;
  std::string line;           ///< as JSON
  bool was_in_doubt = false;  ///< an earlier response to the same request was lost

  bool is_success() const noexcept { return status >= 200 && status < 300; }
};
std::vector<operation_result> parse_results(std::string_view body);

/// What a response that reports success says, if it is a counterd's.
enum class answer_kind {
  state,
  page,
  top,
  results,
  deletion,
  nothing,
  info,
  stats,
  backup,
};
struct answer {
  answer_kind kind = answer_kind::state;
  std::size_t results = 0;  ///< of `answer_kind::results`: how many
};
/// Returns true if a response is that answer.
bool is_answer(int status, std::string_view body, const answer& expected);

/// Returns a state as JSON, as a page has it.
std::string to_json(const counter_state& state);

/// Returns a text as a string of JSON, with its quotes.
std::string quote_json(std::string_view text);

/// Returns true if the text is one JSON object.
bool is_json_object(std::string_view text);

/// Returns the members of an object and those inside of it, as `limits.page` and their values.
std::vector<std::pair<std::string, std::string>> flatten(std::string_view body);

/// Returns the member of an object as text; empty if there is none.
std::string member_of(std::string_view body, std::string_view name);

/// Returns the member, which must be an integer.
std::int64_t integer_member_of(std::string_view body, std::string_view name);

/// What the server remembers of Idempotency-Keys, by the body of /v1/info.
struct idempotency_info {
  std::int64_t ttl_seconds = 0;  ///< at most
  std::int64_t records_max = 0;
  std::int64_t records = 0;
};
idempotency_info idempotency_of(std::string_view info);

}  // namespace counterctl
