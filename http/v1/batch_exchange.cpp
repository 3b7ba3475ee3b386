#include "http/v1/batch_exchange.hpp"

#include "http/v1/counter_reply.hpp"
#include "http/v1/json_text.hpp"
#include "http/v1/problem.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace http::v1 {

namespace {

namespace json = boost::json;

json::object result_of(const counter::errand& answered) {
  const auto& command = std::get<counter::full_command>(answered.question);
  const auto& reply = std::get<counter::full_reply>(answered.answer);
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
  errands_.reserve(commands.size());
  for (auto& command : commands)
    errands_.emplace_back(std::move(command));
}

std::optional<counter::question> batch_exchange::next_question() {
  if (asked_ == errands_.size())
    return std::nullopt;
  return std::move(errands_[asked_++].question);
}

void batch_exchange::take(counter::errand answered) {
  const auto position = std::get<counter::full_command>(answered.question).position;
  errands_[position] = std::move(answered);
  ++answers_;
}

message batch_exchange::response() {
  json::array results;
  results.reserve(errands_.size());
  for (const auto& errand : errands_)
    results.push_back(result_of(errand));
  return {.body = to_text({{"results", std::move(results)}}), .type = json_type};
}

}  // namespace http::v1
