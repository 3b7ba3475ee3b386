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

/// Percent-encodes all but the unreserved characters.
std::string encoded(std::string_view text);

/// Returns `/v1/counters/NAME` followed by the query.
std::string counter_path(std::string_view name, std::string_view query = {});

/// Returns a request with a body, with this Content-Type unless it is empty.
std::string with_body(std::string_view method, std::string_view target, std::string_view type,
                      std::string_view body, std::string_view more_fields = {});
std::string with_json(std::string_view method, std::string_view target, std::string_view body,
                      std::string_view more_fields = {});
std::string with_form(std::string_view method, std::string_view target, std::string_view body,
                      std::string_view more_fields = {});
std::string batch_of(std::string_view operations, std::string_view more_fields = {});

std::string key_field(std::string_view key);

/// Returns the body as a JSON object; throws if it is none.
json::object object_of(const answer& response);
/// Parses JSON of an expected value.
json::value parsed(std::string_view text);
std::vector<json::object> results_of(const answer& batch);

/// Returns the integer at `member`; throws if there is none.
std::int64_t integer_at(const json::object& object, std::string_view member);
std::string text_at(const json::object& object, std::string_view member);

/// Returns `object` without these members.
json::value without(json::object object, const std::vector<std::string>& members);

/// Returns the defect of a response that should be problem details with this status
/// and code; empty if there is none.
std::string defect_of_problem(const answer& response, int status, std::string_view code);

/// Returns the defect of a response that should repeat `first`;
/// empty if there is none.
std::string defect_of_idempotency_record(const answer& response, const answer& first);

/// Returns the defect in the fields that every response on a persistent connection has;
/// empty if there is none.
std::string defect_of_fields(const answer& response);

/// Returns the value of a counter by `GET /v1/counters/{name}`.
std::int64_t value_of(client& connection, std::string_view name);

/// Reads a counter until it is absent. Returns false on a timeout.
bool await_absence(client& connection, const std::string& name);

/// Runs `work(0)` to `work(count - 1)` on one thread each. Returns the
/// messages of their exceptions.
std::vector<std::string> run_together(int count, const std::function<void(int)>& work);

/// Returns COUNTERD_TEST_SEED, or a random seed, and prints it.
std::uint64_t test_seed();

}  // namespace support
