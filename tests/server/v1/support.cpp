#include "tests/server/v1/support.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <random>
#include <stdexcept>
#include <thread>

namespace support {

std::string encoded(std::string_view text) {
  constexpr std::string_view unreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string result;
  for (const unsigned char byte : text) {
    if (unreserved.find(static_cast<char>(byte)) != unreserved.npos) {
      result += static_cast<char>(byte);
      continue;
    }
    char escape[4];
    std::snprintf(escape, sizeof escape, "%%%02X", byte);
    result += escape;
  }
  return result;
}

std::string counter_path(std::string_view name, std::string_view query) {
  auto path = "/v1/counters/" + encoded(name);
  if (!query.empty())
    path.append("?").append(query);
  return path;
}

std::string with_body(std::string_view method, std::string_view target, std::string_view type,
                      std::string_view body, std::string_view more_fields) {
  std::string fields{more_fields};
  if (!type.empty())
    fields.append("Content-Type: ").append(type).append("\r\n");
  fields += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return request(method, target, fields).append(body);
}

std::string with_json(std::string_view method, std::string_view target, std::string_view body,
                      std::string_view more_fields) {
  return with_body(method, target, "application/json", body, more_fields);
}

std::string with_form(std::string_view method, std::string_view target, std::string_view body,
                      std::string_view more_fields) {
  return with_body(method, target, "application/x-www-form-urlencoded", body, more_fields);
}

std::string batch_of(std::string_view operations, std::string_view more_fields) {
  return with_json("POST", "/v1/batch", R"({"ops":[)" + std::string{operations} + "]}",
                   more_fields);
}

std::string key_field(std::string_view key) {
  return "Idempotency-Key: " + std::string{key} + "\r\n";
}

json::object object_of(const answer& response) {
  const auto value = json::parse(response.body);
  if (!value.is_object())
    throw std::runtime_error{"not an object: " + response.body};
  return value.get_object();
}

json::value parsed(std::string_view text) {
  return json::parse({text.data(), text.size()});
}

std::vector<json::object> results_of(const answer& batch) {
  if (batch.status != 200)
    throw std::runtime_error{"a batch was refused: " + batch.body};
  const auto body = object_of(batch);
  std::vector<json::object> results;
  for (const auto& result : body.at("results").as_array())
    results.push_back(result.as_object());
  return results;
}

std::int64_t integer_at(const json::object& object, std::string_view member) {
  return object.at({member.data(), member.size()}).to_number<std::int64_t>();
}

std::string text_at(const json::object& object, std::string_view member) {
  const auto& text = object.at({member.data(), member.size()}).as_string();
  return {text.data(), text.size()};
}

json::value without(json::object object, const std::vector<std::string>& members) {
  for (const auto& member : members)
    object.erase(member);
  return object;
}

std::string defect_of_problem(const answer& response, int status, std::string_view code) {
  if (response.status != status)
    return "the status is " + std::to_string(response.status) + ", with " + response.body;
  if (response.field("Content-Type") != "application/problem+json")
    return "the Content-Type is " + response.field("Content-Type");
  if (response.field("Cache-Control") != "no-store")
    return "no Cache-Control: no-store";
  if (response.field("Content-Length") != std::to_string(response.body.size()))
    return "another length";
  const auto problem = object_of(response);
  if (text_at(problem, "code") != code)
    return "the code is " + text_at(problem, "code");
  if (text_at(problem, "type") != "urn:counterd:" + std::string{code})
    return "the type is " + text_at(problem, "type");
  if (integer_at(problem, "status") != status)
    return "another status in the body";
  if (text_at(problem, "title").empty() || text_at(problem, "detail").empty())
    return "no title or no detail";
  return {};
}

std::string defect_of_fields(const answer& response) {
  const bool has_no_body = response.status == 204 || response.status == 304;
  if (response.version != "HTTP/1.1" || response.field("Date").empty())
    return "no version or no date";
  if (response.field("X-Content-Type-Options") != "nosniff")
    return "no X-Content-Type-Options: nosniff";
  if (response.has("Content-Length") == has_no_body || response.has("Content-Type") == has_no_body)
    return "fields of a body without a body, or the reverse";
  if (response.has("Connection"))
    return "Connection: " + response.field("Connection");
  return {};
}

std::int64_t value_of(client& connection, std::string_view name) {
  const auto response = connection.ask(get_request(counter_path(name)));
  if (response.status != 200)
    throw std::runtime_error{"there is no counter: " + response.body};
  return integer_at(object_of(response), "value");
}

std::string defect_of_idempotency_record(const answer& response, const answer& first) {
  if (response.field("Idempotency-Replayed") != "true")
    return "no Idempotency-Replayed: " + response.body;
  if (first.has("Idempotency-Replayed"))
    return "Idempotency-Replayed in the first response";
  if (response.status != first.status || response.body != first.body)
    return std::to_string(response.status) + ": " + response.body;
  for (const auto* field : {"ETag", "Location", "Content-Type"})
    if (response.field(field) != first.field(field))
      return std::string{"another "} + field;
  return {};
}

bool await_absence(client& connection, const std::string& name) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (std::chrono::steady_clock::now() < end) {
    if (connection.ask(get_request(counter_path(name))).status == 404)
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  return false;
}

std::vector<std::string> run_together(int count, const std::function<void(int)>& work) {
  std::mutex mutex;  // guards `failures`
  std::vector<std::string> failures;
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i)
    threads.emplace_back([&, i] {
      try {
        work(i);
      } catch (const std::exception& error) {
        const std::lock_guard lock{mutex};
        failures.push_back(std::to_string(i) + ": " + error.what());
      }
    });
  for (auto& thread : threads)
    thread.join();
  return failures;
}

std::uint64_t test_seed() {
  const char* given = std::getenv("COUNTERD_TEST_SEED");
  const auto seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::printf("COUNTERD_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

}  // namespace support
