#pragma once

#include "tests/server/support/client.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace support {

namespace json = boost::json;

/// Everything but the unreserved characters is percent-encoded.
std::string encoded(std::string_view text);

/// `/v1/counters/NAME`, and the query behind it.
std::string counter_path(std::string_view name, std::string_view query = {});

/// A request with a body, of this Content-Type unless that is empty.
std::string with_body(std::string_view method, std::string_view target, std::string_view type,
                      std::string_view body, std::string_view more_fields = {});
std::string with_json(std::string_view method, std::string_view target, std::string_view body,
                      std::string_view more_fields = {});
std::string with_form(std::string_view method, std::string_view target, std::string_view body,
                      std::string_view more_fields = {});
std::string batch_of(std::string_view operations, std::string_view more_fields = {});

std::string key_field(std::string_view key);

/// The JSON object that a body is; throws when it is none.
json::object object_of(const answer& said);
/// The JSON that `text` is, for what is expected.
json::value parsed(std::string_view text);
std::vector<json::object> results_of(const answer& batch);

/// The integer at `member`; throws when there is none.
std::int64_t integer_at(const json::object& object, std::string_view member);
std::string text_at(const json::object& object, std::string_view member);

/// `object` without these members.
json::value without(json::object object, const std::vector<std::string>& members);

/// What is wrong with an answer that should be problem details with this status
/// and code; empty when nothing is.
std::string defect_of_problem(const answer& said, int status, std::string_view code);

/// What is wrong with an answer to a repetition of what was answered with `first`;
/// empty when nothing is.
std::string defect_of_idempotency_record(const answer& said, const answer& first);

/// What is wrong with the fields that every answer on a connection that stays has;
/// empty when nothing is.
std::string defect_of_fields(const answer& said);

/// The value of a counter as `GET /v1/counters/{name}` tells it.
std::int64_t value_of(client& connection, std::string_view name);

/// Asks for a counter until it is gone. False when it never goes.
bool goes(client& connection, const std::string& name);

/// Runs `work(0)` to `work(count - 1)` in threads of their own. Returns what the
/// exceptions said that they ended with.
std::vector<std::string> run_together(int count, const std::function<void(int)>& work);

/// For random tests: COUNTERD_TEST_SEED, or one of its own, which it prints.
std::uint64_t test_seed();

}  // namespace support
