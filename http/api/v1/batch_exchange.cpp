#include "http/api/v1/batch_exchange.hpp"

#include "http/api/v1/counter_reply.hpp"
#include "http/api/v1/json_text.hpp"
#include "http/api/v1/problem.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace http::v1 {

namespace {

namespace json = boost::json;

json::object result_of(const counter::call& completed) {
  const auto& command = std::get<counter::full_command>(completed.request);
  const auto& reply = std::get<counter::full_reply>(completed.response);
  if (reply.outcome != counter::outcome::ok)
    return refused_result(reply);
  json::object result{{"status", static_cast<int>(status_of(reply))}};
  const auto body = describe(command.name, command.parameters, reply);
  result.insert(body.begin(), body.end());
  if (reply.is_replayed)
    result["replayed"] = true;
  return result;
}

}  // namespace

batch_exchange::batch_exchange(std::vector<counter::full_command> commands) {
  calls_.reserve(commands.size());
  for (auto& command : commands)
    calls_.emplace_back(std::move(command));
}

std::optional<counter::request> batch_exchange::next_request() {
  if (sent_ == calls_.size())
    return std::nullopt;
  return std::move(calls_[sent_++].request);
}

void batch_exchange::take(counter::call completed) {
  const auto position = std::get<counter::full_command>(completed.request).position;
  calls_[position] = std::move(completed);
  ++completed_;
}

http::response batch_exchange::response() {
  json::array results;
  results.reserve(calls_.size());
  for (const auto& call : calls_)
    results.push_back(result_of(call));
  return {.body = to_text({{"results", std::move(results)}}), .type = json_type};
}

}  // namespace http::v1
